import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
  validateSync,
} from 'class-validator';

/** What a setting is for; the configuration reference is made from these. */
const described = new Map<string, { setting: string; text: string; secret: boolean }>();

function Setting(setting: string, text: string, options: { secret?: boolean } = {}): PropertyDecorator {
  return (_, property) => {
    described.set(String(property), { setting: `MUNIMENT_${setting}`, text, secret: options.secret ?? false });
  };
}

const toNumber = Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value));
const toBoolean = Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value));

/** Every setting there is. From `MUNIMENT_*` in the environment, over an optional JSON file of the same names. */
export class Configuration {
  @Setting('HOST', 'Address to listen on.')
  @IsString()
  host = '127.0.0.1';

  @Setting('PORT', 'Port to listen on; 0 takes a free one.')
  @toNumber
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 4566;

  @Setting('DATA_DIR', 'Directory of the event log, read models, keys and root credentials. On a local disk.')
  @IsString()
  @MinLength(1)
  dataDir = '.muniment';

  @Setting('MEMORY', 'Keep nothing: everything is gone when the process ends.')
  @toBoolean
  @IsBoolean()
  memory = false;

  @Setting('PARTITION', 'Partition of all ARNs.')
  @IsIn(['aws', 'aws-cn', 'aws-us-gov'])
  partition = 'aws';

  @Setting('ACCOUNT_ID', 'Id of the first account; drawn at first start when absent.')
  @IsOptional()
  @Matches(/^\d{12}$/, { message: 'must be 12 digits' })
  accountId?: string;

  @Setting('ROOT_ACCESS_KEY_ID', "Access key id of the first account's root user; drawn at first start when absent.")
  @ValidateIf((it: Configuration) => it.rootAccessKeyId !== undefined || it.rootSecretAccessKey !== undefined)
  @Matches(/^[A-Za-z0-9_]{16,128}$/, { message: 'must be 16 to 128 letters, digits or underscores' })
  rootAccessKeyId?: string;

  @Setting('ROOT_SECRET_ACCESS_KEY', 'Its secret; at least 16 characters.', { secret: true })
  @ValidateIf((it: Configuration) => it.rootAccessKeyId !== undefined || it.rootSecretAccessKey !== undefined)
  @MinLength(16, { message: 'must have at least 16 characters' })
  rootSecretAccessKey?: string;

  @Setting('ACCOUNTS', 'Further accounts: `<account id>:<root access key id>:<root secret>`, separated by commas.', {
    secret: true,
  })
  @IsOptional()
  @Matches(/^\d{12}:[A-Za-z0-9_]{16,128}:[^,]{16,}(,\d{12}:[A-Za-z0-9_]{16,128}:[^,]{16,})*$/, {
    message: 'must be `<account id>:<root access key id>:<root secret>`, separated by commas',
  })
  accounts?: string;

  @Setting('ROOT_KEY', 'Key that seals all secrets: 32 bytes, base64. In `<data>/root-key` (0600) when absent.', {
    secret: true,
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9+/]{43}=$/, { message: 'must be 32 bytes in base64' })
  rootKey?: string;

  @Setting('SIGNATURE_WINDOW_SECONDS', 'How far clocks may lie apart, either way.')
  @toNumber
  @IsInt()
  @Min(1)
  @Max(900)
  signatureWindowSeconds = 300;

  @Setting('MAX_BODY_BYTES', 'Largest request body.')
  @toNumber
  @IsInt()
  @Min(16 * 1024)
  @Max(16 * 1024 * 1024)
  maxBodyBytes = 1024 * 1024;

  @Setting('LOG_LEVEL', 'Least level of what is logged.')
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  logLevel = 'info';
}

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

/** Reads and checks all settings; the environment wins over the file, `overrides` over both. */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Configuration> = {},
): Configuration {
  const property = new Map(Array.from(described, ([name, { setting }]) => [setting, name]));
  const path = environment[fileSetting];
  const given = { ...(path ? fromFile(path) : {}), ...environment };
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith('MUNIMENT_') || name === fileSetting || name.startsWith('MUNIMENT_TEST_')) continue;
    const known = property.get(name);
    if (known === undefined) problems.push(`${name}: there is no such setting`);
    else if (value !== undefined && value !== '') settings[known] = value;
  }
  const configuration = plainToInstance(Configuration, { ...settings, ...overrides });
  for (const { property: name, constraints } of validateSync(configuration)) {
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
