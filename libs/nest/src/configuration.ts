import 'reflect-metadata';
import { Transform } from 'class-transformer';
import { Setting } from './setting.js';
import { validator } from './validator.js';

const { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength, ValidateIf } = validator;

const toNumber = Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value));
const toBoolean = Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value));

/** Addresses that nothing outside of this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** What trusts everybody who can reach it is for this machine alone. */
const needsToken = ({ decisionsPort, decisionsHost, decisionsToken }: Configuration): boolean =>
  decisionsToken !== undefined || (decisionsPort !== undefined && !isLoopback(decisionsHost));

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

  @Setting('MARKER_KEY', 'Key that page markers are sealed with: 32 bytes, base64. From the root key when absent.', {
    secret: true,
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9+/]{43}=$/, { message: 'must be 32 bytes in base64' })
  markerKey?: string;

  @Setting('REPLICA', 'Name of this replica of a service; the host name when absent.')
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,63}$/, { message: 'must be 1 to 63 letters, digits, hyphens or underscores' })
  replica?: string;

  @Setting('NATS_URL', 'Servers of the bus, separated by commas: `nats://host:4222`. Services only.')
  @IsOptional()
  @Matches(/^(nats|tls):\/\/[^,\s]+(,(nats|tls):\/\/[^,\s]+)*$/, { message: 'must be `nats://host:port`' })
  natsUrl?: string;

  @Setting('NATS_USER', 'User of this service on the bus.')
  @IsOptional()
  @IsString()
  natsUser?: string;

  @Setting('NATS_PASSWORD', 'Its password.', { secret: true })
  @IsOptional()
  @IsString()
  natsPassword?: string;

  @Setting('REDIS_URL', 'Redis or Valkey of the shared read models: `redis://host:6379`. Services only.', {
    secret: true,
  })
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be `redis://host:port`' })
  redisUrl?: string;

  @Setting(
    'EVENTSTOREDB_URL',
    'EventStoreDB or KurrentDB as the event log: `kurrentdb://host:2113`. The log in the data directory when absent.',
    { secret: true },
  )
  @IsOptional()
  @Matches(/^(kurrentdb|kdb|esdb)(\+discover)?:\/\/\S+$/, { message: 'must be `kurrentdb://host:port`' })
  eventStoreDbUrl?: string;

  @Setting('CALL_RECORD_DAYS', 'Days that EventStoreDB keeps call records; for ever when 0.')
  @toNumber
  @IsInt()
  @Min(0)
  callRecordDays = 0;

  @Setting('SPOOL_BYTES', "Most of a gateway's call records that wait on disk for delivery; calls are refused above.")
  @toNumber
  @IsInt()
  // Of less, the room that is kept for changes would leave none once the first file is written.
  @Min(2 * 1024 * 1024)
  spoolBytes = 1024 * 1024 * 1024;

  @Setting(
    'DECISIONS_PORT',
    'Port at which decisions are asked for over HTTP without signatures (docs/decisions-api.md); none when absent.',
  )
  @IsOptional()
  @toNumber
  @IsInt()
  @Min(0)
  @Max(65535)
  decisionsPort?: number;

  @Setting('DECISIONS_HOST', 'Address of that port.')
  @IsString()
  @MinLength(1)
  decisionsHost = '127.0.0.1';

  @Setting(
    'DECISIONS_TOKEN',
    'Bearer token that whoever asks at that port must have; at least 32 characters. Needed unless it is a loopback address.',
    { secret: true },
  )
  @ValidateIf(needsToken)
  @Matches(/^[\x21-\x7e]{32,512}$/, {
    message: 'must be 32 to 512 visible characters; only at a loopback address there may be none',
  })
  decisionsToken?: string;

  @Setting(
    'DECISIONS_BUS',
    'Answer questions of other users of the bus on `muniment.inquiries.*` (docs/decisions-api.md). Services only.',
  )
  @toBoolean
  @IsBoolean()
  decisionsBus = false;

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
