import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { Configuration } from './configuration.js';
import { described } from './setting.js';
import { validator } from './validator.js';

/** A setting that is unknown, malformed or unsafe. */
export class ConfigurationError extends Error {
  constructor(problems: readonly string[]) {
    super(`cannot start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

const fileSetting = 'MUNIMENT_CONFIG_FILE';

function fromFile(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new ConfigurationError([`${fileSetting}: cannot read \`${path}\`: ${(error as Error).message}`]);
  }
}

/** `MUNIMENT_ROOT_KEY_FILE=/run/secrets/root-key`: any setting may stand in a file of its own. */
function withFiles(given: Readonly<Record<string, unknown>>, problems: string[]): Record<string, unknown> {
  const settings = { ...given };
  for (const { setting } of described.values()) {
    const name = `${setting}_FILE`;
    const path = settings[name];
    if (path === undefined) continue;
    delete settings[name];
    if (path === '') continue;
    if (settings[setting]) problems.push(`${name}: ${setting} is set as well`);
    try {
      settings[setting] = readFileSync(path as string, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}: cannot read \`${path as string}\`: ${(error as Error).message}`);
    }
  }
  return settings;
}

/** Reads and checks all settings; the environment wins over the file, `overrides` over both. */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Configuration> = {},
): Configuration {
  const property = new Map(Array.from(described, ([name, { setting }]) => [setting, name]));
  const path = environment[fileSetting];
  const problems: string[] = [];
  const given = withFiles({ ...(path ? fromFile(path) : {}), ...environment }, problems);
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith('MUNIMENT_') || name === fileSetting || name.startsWith('MUNIMENT_TEST_')) continue;
    const known = property.get(name);
    if (known === undefined) problems.push(`${name}: there is no such setting`);
    else if (value !== undefined && value !== '') settings[known] = value;
  }
  const configuration = plainToInstance(Configuration, { ...settings, ...overrides });
  for (const { property: name, constraints } of validator.validateSync(configuration)) {
    const setting = described.get(name)?.setting ?? name;
    for (const problem of Object.values(constraints ?? {}))
      problems.push(`${setting}: ${problem.replace(`${name} `, '')}`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

/** The settings as a table, for the generated reference. */
export function configurationReference(): { setting: string; text: string; default: string }[] {
  const defaults = new Configuration() as unknown as Record<string, string | number | boolean | undefined>;
  return Array.from(described, ([property, { setting, text }]) => ({
    setting,
    text,
    default: String(defaults[property] ?? ''),
  }));
}
