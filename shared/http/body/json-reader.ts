import { valuesByName } from '../../text/names.ts';
import type { BodyShape } from './body-shape.ts';
import { endOfNumber, endOfString } from './json-tokens.ts';
import type { Turns } from './turns.ts';

/** Far beyond any body of ours. */
const MAXIMUM_DEPTH = 32;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
/** Values between two looks at the clock. */
const VALUES_A_LOOK = 1_024;
/** Code units between two looks at the clock. */
const UNITS_A_LOOK = 16_384;

const NOTHING: BodyShape = { kind: 'plain' };

/** Thrown for texts that are no JSON, or nested too deep. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/** A structure whose end has not been met. */
interface Open {
  readonly shape: BodyShape;
  readonly close: number;
  readonly items: unknown[];
  readonly members: Map<string, unknown>;
  /** Of the member whose value comes next; undefined for one that is dropped. */
  name: string | undefined;
}

/** Stand for what the schema has no use for. */
const NO_ITEMS = Object.freeze([]) as never[];
const NO_MEMBERS = new Map<string, never>();

const finished = ({ close, items, members }: Open): unknown =>
  close === CLOSE_OBJECT ? valuesByName(members) : items;

class JsonReader {
  readonly #text: string;
  readonly #stack: Open[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  async read(shape: BodyShape, turns: Turns): Promise<unknown> {
    let looked = 0;
    for (let count = 1; ; count++) {
      if (count % VALUES_A_LOOK === 0 || this.#at - looked > UNITS_A_LOOK) {
        looked = this.#at;
        if (turns.isDue()) await turns.give();
      }
      const value = this.#open(this.#nextShape(shape));
      if (value === undefined) continue;
      const whole = this.#deliver(value.is);
      if (whole) return whole.is;
    }
  }

  #issue(message = `unexpected text at ${this.#at}`): JsonSyntaxError {
    return new JsonSyntaxError(message);
  }

  /** The next code unit after white space; NaN at the end. */
  #peek(): number {
    let unit = this.#text.charCodeAt(this.#at);
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) {
      unit = this.#text.charCodeAt(++this.#at);
    }
    return unit;
  }

  #expect(unit: number): void {
    if (this.#peek() !== unit) throw this.#issue();
    this.#at += 1;
  }

  /** What the value that comes next is wanted for; reads the name before it in an object. */
  #nextShape(root: BodyShape): BodyShape {
    const open = this.#stack.at(-1);
    if (!open) return root;
    const { shape } = open;
    if (open.close === CLOSE_ARRAY) {
      // One more than allowed is enough to be refused.
      return shape.kind === 'array' && open.items.length <= shape.maximum ? shape.item : NOTHING;
    }
    if (this.#peek() !== QUOTE) throw this.#issue();
    const name = this.#string(shape.kind === 'object');
    this.#expect(COLON);
    const member = shape.kind === 'object' ? shape.members.get(name) : undefined;
    open.name = member && name;
    return member ?? NOTHING;
  }

  /** Reads a value; undefined when it is a structure that has only begun. */
  #open(shape: BodyShape): { readonly is: unknown } | undefined {
    const unit = this.#peek();
    if (unit !== OPEN_OBJECT && unit !== OPEN_ARRAY)
      return { is: this.#scalar(unit, shape.kind !== 'plain') };
    if (this.#stack.length === MAXIMUM_DEPTH) throw this.#issue('nested too deep');
    this.#at += 1;
    const open: Open = {
      shape,
      close: unit === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY,
      items: shape.kind === 'array' ? [] : NO_ITEMS,
      members: shape.kind === 'object' ? new Map() : NO_MEMBERS,
      name: undefined,
    };
    if (this.#peek() === open.close) {
      this.#at += 1;
      return { is: finished(open) };
    }
    this.#stack.push(open);
    return undefined;
  }

  /** Hands a value to the structure around it, and that on when it ends; gives the outermost value. */
  #deliver(inner: unknown): { readonly is: unknown } | undefined {
    let value = inner;
    for (let open = this.#stack.at(-1); open; open = this.#stack.at(-1)) {
      this.#put(open, value);
      const unit = this.#peek();
      this.#at += 1;
      if (unit === COMMA) return undefined;
      if (unit !== open.close) throw this.#issue();
      this.#stack.pop();
      value = finished(open);
    }
    if (!Number.isNaN(this.#peek())) throw this.#issue();
    return { is: value };
  }

  /** Null means absent, and of a name that comes twice the last counts. */
  #put({ shape, close, items, members, name }: Open, value: unknown): void {
    if (close === CLOSE_ARRAY) {
      if (shape.kind === 'array' && items.length <= shape.maximum) items.push(value);
    } else if (name !== undefined) {
      if (value === null) members.delete(name);
      else members.set(name, value);
    }
  }

  #scalar(unit: number, isWanted: boolean): unknown {
    if (unit === QUOTE) return this.#string(isWanted);
    if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      return Number(this.#take(endOfNumber(this.#text, this.#at)));
    }
    for (const [name, value] of LITERALS) {
      if (this.#text.startsWith(name, this.#at)) {
        this.#at += name.length;
        return value;
      }
    }
    throw this.#issue();
  }

  #string(isWanted: boolean): string {
    const token = this.#take(endOfString(this.#text, this.#at));
    if (!isWanted) return '';
    return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  }

  /** The token that ends there. */
  #take(end: number): string {
    if (end < 0) throw this.#issue();
    const start = this.#at;
    this.#at = end;
    return this.#text.slice(start, end);
  }
}

/**
 * Reads JSON as `JSON.parse` does, but keeps only what the shape asks for: the rest is checked and skipped, so that a
 * hundred thousand keys cost no more than their bytes, and other requests get their turn meanwhile.
 * @throws JsonSyntaxError
 */
export const readJson = (text: string, shape: BodyShape, turns: Turns): Promise<unknown> =>
  new JsonReader(text).read(shape, turns);
