import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { type Variant, variantsOf } from './hostile-texts.ts';
import { allParameters, isText, type Parameter, typedSample } from './parameters.ts';
import { type Given, openParametersWorld, type ParametersWorld } from './parameters-harness.ts';

let world: ParametersWorld;
let before: Record<string, string>;
beforeAll(async () => {
  world = await openParametersWorld();
  before = await world.contents();
});
afterAll(() => world?.close());

const parameters = await allParameters();
const nameOf = ({ route, name }: Parameter): string => `${route.method} ${route.path} ${name}`;
const cases = parameters.map((parameter) => [nameOf(parameter), parameter] as const);

/** What a parameter takes for equal by its contract. */
const FOLDED: Readonly<Record<string, readonly Variant['kind'][]>> = {
  'GET /api/v6/admin/users search': ['case', 'width'],
  'GET /api/v6/admin/email-templates search': ['case'],
  'GET /api/v6/admin/immediate-tasks search': ['case'],
  'GET /api/v6/admin/scheduled-task-logs search': ['case'],
};

const sampleOf = (parameter: Parameter): string =>
  world.samples[nameOf(parameter)] ?? (isText(parameter.schema) ? 'x' : typedSample(parameter.schema));

/** A request whose other parameters are right. */
const withText = (parameter: Parameter, text: string): Given => {
  const given = { path: {} as Record<string, string>, query: {} as Record<string, string> };
  for (const each of parameters.filter(({ route }) => route === parameter.route)) {
    const isNeeded = each.place === 'path' || !each.schema.safeParse(undefined).success;
    if (isNeeded) given[each.place][each.name] = sampleOf(each);
  }
  given[parameter.place][parameter.name] = text;
  return given;
};

const isEmpty = ({ status, headers, json }: TestResponse): boolean =>
  status === 200 && (headers['x-total-count'] === '0' || (Array.isArray(json) && json.length === 0));

describe.each(cases)('%s', (name, parameter) => {
  test('finds nothing by a text that only resembles a right one', async () => {
    const folded = FOLDED[name] ?? [];
    for (const { kind, text } of variantsOf(sampleOf(parameter))) {
      if (folded.includes(kind)) continue;
      const answer = await world.call(parameter.route, withText(parameter, text));
      const told = `${JSON.stringify(text)}: ${answer.status} ${answer.text.slice(0, 300)}`;
      if (isEmpty(answer)) continue;
      expect(answer.status, told).toBeGreaterThanOrEqual(400);
      expect(answer.status, told).toBeLessThan(500);
      const fields = answer.json?.details?.map(({ field }: { field: string }) => field);
      // A body that is wrong as well must not be what the refusal is about.
      if (answer.json?.code === 'validation_failed') expect(fields, told).toContain(parameter.name);
    }
  }, 60_000);
});

test('nothing was changed, and the right texts find what is there', async () => {
  expect(await world.contents()).toEqual(before);
  const reads = parameters.filter((parameter) => {
    const { route } = parameter;
    return route.method === 'GET' && nameOf(parameter) in world.samples;
  });
  for (const parameter of reads) {
    const answer = await world.call(parameter.route, withText(parameter, sampleOf(parameter)));
    expect(answer.status, `${nameOf(parameter)}: ${answer.text.slice(0, 300)}`).toBe(200);
    expect(isEmpty(answer), nameOf(parameter)).toBe(false);
  }
  const names = cases.map(([name]) => name);
  for (const name of Object.keys(world.samples)) expect(names, 'is still a parameter').toContain(name);
});

test('no column takes other letters for equal; blanks at the end, which all ignore, never reach one', async () => {
  expect(await world.collations()).toEqual(['ascii_bin', 'utf8mb4_bin']);
});
