/**
 * `npm run check:names`: proves that no value is looked up by a computed name in an object with a prototype, where
 * `constructor` or `__proto__` from outside would find what nobody put there.
 */
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';

const FOLDERS = ['functions', 'shared'];
/** Here the two safe ways are made. */
const HOME = 'shared/text/names.ts';

const isProduct = (path: string): boolean =>
  FOLDERS.some((folder) => path.startsWith(`${folder}/`)) &&
  /(?<!\.d)(?<!\.test)\.ts$/.test(path) &&
  !path.includes('/testing/') &&
  path !== HOME;

const configuration = ts.getParsedCommandLineOfConfigFile(
  'tsconfig.json',
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  },
);
if (!configuration) throw new Error('tsconfig.json could not be read');
const program = ts.createProgram(
  configuration.fileNames.filter((file) => !file.endsWith('.test.ts')),
  configuration.options,
);
const checker = program.getTypeChecker();

/** Any text, not one of a few that are known; a type parameter counts as what it extends. */
const isAnyText = (type: ts.Type): boolean => {
  if (type.isUnionOrIntersection()) return type.types.some(isAnyText);
  const base = type.flags & ts.TypeFlags.TypeParameter ? checker.getBaseConstraintOfType(type) : type;
  if (!base || base !== type) return base === undefined || isAnyText(base);
  return (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Any)) !== 0;
};

const hasNoPrototype = (node: ts.Expression): boolean =>
  checker
    .getNonNullableType(checker.getTypeAtLocation(node))
    .getProperties()
    .some(({ name }) => name.startsWith('__@withoutPrototype'));

const isUnsafe = (node: ts.Node): boolean => {
  if (ts.isElementAccessExpression(node)) {
    return isAnyText(checker.getTypeAtLocation(node.argumentExpression)) && !hasNoPrototype(node.expression);
  }
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
    isAnyText(checker.getTypeAtLocation(node.left)) &&
    !hasNoPrototype(node.right)
  );
};

const files = program
  .getSourceFiles()
  .map((file) => ({ file, path: relative(process.cwd(), file.fileName) }))
  .filter(({ path }) => isProduct(path));
const faults = files.flatMap(({ file, path }) => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    if (isUnsafe(node)) found.push(`${path}:${line} ${node.getText(file)}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
});
const present = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
).filter(isProduct).length;

for (const fault of faults) console.error(`${fault}: use ownValue, valuesByName or a Map`);
if (files.length < present) console.error(`only ${files.length} of ${present} modules were looked at`);
if (faults.length > 0 || files.length < present) process.exit(1);
console.log(`names are looked up safely in ${files.length} modules`);
