/** Proves that dependencies point one way; the rules are those of docs/adr/0001 and CONTRIBUTING.md. */
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { builtFolders, readPackages } from './workspace.mjs';

/** Each layer may import itself and what stands before it. */
const layers = ['pure', 'shell', 'adapter', 'host', 'app'];
const contexts = new Set(['directory', 'credentials', 'sts', 'decisions', 'analyzer', 'audit']);

/** Foundations, and the only packages of ours that each may import. */
const foundations = {
  policy: [],
  sigv4: [],
  'service-catalog': [],
  'aws-model': [],
  'aws-wire': ['aws-model'],
  kernel: ['aws-model', 'policy'],
};

/** Pure packages reach nothing outside the language, save these. */
const builtinsOfPure = { sigv4: ['node:crypto'], 'aws-managed-policies': ['node:zlib'] };

/** Tests, contract suites, and what several tests share; the last letters may still be those of the import. */
const isTest = (path) => /\.(test|contract|testing)\.[cm]?[jt]sx?$/.test(path);
const isBuiltin = (to) => to.startsWith('node:') || builtinModules.includes(to.split('/')[0]);
const packageOf = (to) =>
  to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/');
const layerOf = (pack) => layers.find((layer) => pack.tags.includes(layer));
const isTesting = (pack) => pack.tags.includes('testing');

/** Rules for one import of another package of ours: a text when it is refused, else nothing. */
const rulesAmongOurs = [
  ({ target }) => layerOf(target) === 'app' && 'nothing imports an app',
  ({ from, target, test }) =>
    isTesting(target) && !test && !isTesting(from) && 'only tests and contract suites import a testing package',
  ({ from, target }) =>
    !isTesting(target) &&
    layers.indexOf(layerOf(target)) > layers.indexOf(isTesting(from) ? 'adapter' : layerOf(from)) &&
    `${isTesting(from) ? 'testing' : layerOf(from)} must not import ${layerOf(target)}`,
  ({ from, target }) =>
    !isTesting(target) &&
    foundations[from.shortName] &&
    !foundations[from.shortName].includes(target.shortName) &&
    `${from.shortName} may import of ours only: ${foundations[from.shortName].join(', ') || 'nothing'}`,
  ({ from, target, to }) =>
    contexts.has(target.shortName) &&
    contexts.has(from.shortName) &&
    to !== `${target.name}/contract` &&
    `contexts meet only through \`${target.name}/contract\``,
];

/** Rules for one import of something that is not ours. */
const rulesAmongOthers = [
  ({ from, to, test }) =>
    layerOf(from) === 'pure' &&
    !test &&
    !builtinsOfPure[from.shortName]?.includes(to) &&
    'a pure package imports neither third-party packages nor builtins',
  ({ from, to }) =>
    to.startsWith('@nestjs/') && !['host', 'app'].includes(layerOf(from)) && 'only libs/nest and apps import @nestjs',
  ({ from, to, test }) =>
    !test &&
    !isBuiltin(to) &&
    !from.dependencies.includes(packageOf(to)) &&
    `\`${packageOf(to)}\` is not among the dependencies in ${from.folder}/package.json`,
];

function importFindings(from, module, to, packages) {
  const test = isTest(module.path);
  if (to.startsWith('.')) {
    const inside = !relative(from.folder, join(dirname(module.path), to)).startsWith('..');
    return [
      !inside && 'a relative import stays inside its package',
      isTest(to) && !test && !isTesting(from) && 'a source imports nothing that is only for tests',
    ].filter(Boolean);
  }
  if (packageOf(to) === from.name) return ['a package imports its own modules by relative path'];
  if (!to.startsWith('@muniment/')) return rulesAmongOthers.map((rule) => rule({ from, to, test })).filter(Boolean);
  const target = packages.find(({ name }) => name === packageOf(to));
  if (!target) return ['no such package in this repository'];
  return rulesAmongOurs.map((rule) => rule({ from, target, to, test })).filter(Boolean);
}

/** Declared dependencies, TypeScript references and real imports must be one and the same set. */
function declarationFindings(from, packages) {
  const imported = (wanted) =>
    new Set(from.modules.filter(wanted).flatMap(({ imports }) => imports.map(({ to }) => packageOf(to))));
  const bySource = imported(({ path }) => !isTest(path));
  const byAny = imported(() => true);
  const declared = new Set([...from.dependencies, ...from.devDependencies]);
  const skeleton = from.modules.every(({ empty }) => empty);
  return packages
    .filter((target) => target !== from)
    .flatMap(({ name, folder }) => [
      bySource.has(name) && !from.dependencies.includes(name) && `imports \`${name}\` without a dependency on it`,
      byAny.has(name) &&
        !declared.has(name) &&
        !bySource.has(name) &&
        `tests import \`${name}\` without a devDependency`,
      !skeleton && declared.has(name) && !byAny.has(name) && `declares \`${name}\` and never imports it`,
      from.dependencies.includes(name) &&
        !bySource.has(name) &&
        byAny.has(name) &&
        `only tests import \`${name}\`: make it a devDependency`,
      declared.has(name) && !from.references.includes(folder) && `tsconfig.json lacks the reference to ${folder}`,
      !declared.has(name) &&
        from.references.includes(folder) &&
        `tsconfig.json refers to ${folder}, which is not declared`,
    ])
    .filter(Boolean);
}

function packageFindings(from, packages, built) {
  return [
    !layerOf(from) && !isTesting(from) && `nx.tags name none of ${layers.join(', ')}, testing`,
    from.modules.length === 0 && 'no module was seen in this package',
    !built.includes(from.folder) && 'the root tsconfig.json does not build this package',
    ...declarationFindings(from, packages),
  ].filter(Boolean);
}

/** Reads the workspace at `root` and returns what it saw and what it refuses. */
export function checkBoundaries(root) {
  const packages = readPackages(root);
  const built = builtFolders(root);
  const modules = packages.flatMap((from) => from.modules.map((module) => ({ from, module })));
  const imports = modules.flatMap(({ from, module }) => module.imports.map((found) => ({ from, module, ...found })));
  const findings = [
    ...packages.flatMap((from) => packageFindings(from, packages, built).map((text) => `${from.folder}: ${text}`)),
    ...imports.flatMap(({ from, module, to, line }) =>
      importFindings(from, module, to, packages).map((text) => `${module.path}:${line}: \`${to}\`: ${text}`),
    ),
  ];
  if (modules.length === 0) findings.push('no module was seen at all: the check itself is broken');
  if (imports.length === 0) findings.push('no import was seen at all: the check itself is broken');
  const skeletons = packages
    .filter((pack) => pack.modules.every(({ empty }) => empty))
    .map(({ shortName }) => shortName);
  const still = skeletons.length > 0 ? ` (still empty: ${skeletons.join(', ')})` : '';
  return {
    findings,
    summary: `${modules.length} modules, ${imports.length} imports in ${packages.length} packages${still}`,
  };
}
