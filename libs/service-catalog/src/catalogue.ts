import { fits, literalLength, arnParts } from './arn-format.js';
import { awsControlled, awsGlobalKeys, awsServiceNames } from './aws-names.gen.js';
import { decodeService } from './decode.js';
import type { ActionDefinition, ConditionKeyType, ResourceTypeDefinition, ServiceDefinition } from './definition.js';
import { munimentService } from './muniment.js';
import { matchesPattern, matchesTemplate } from './text-pattern.js';

/** AWS's services as they are kept: one text each, decoded when somebody asks. */
export interface EncodedServices {
  readonly awsServiceTexts: Readonly<Record<string, string>>;
  readonly awsArnServices: Readonly<Record<string, string>>;
  readonly awsKeyPrefixes: Readonly<Record<string, string>>;
}

export interface CatalogueService {
  readonly prefix: string;
  readonly name: string;
  readonly isAws: boolean;
}

export interface CatalogueAction extends ActionDefinition {
  /** With the service's prefix: `s3:GetObject`. */
  readonly id: string;
  /** Prefix of the service. */
  readonly service: string;
}

export interface CatalogueResourceType extends ResourceTypeDefinition {
  /** Prefix of the service that has the type. */
  readonly service: string;
}

/** Whether a prefix is AWS's or Muniment's. */
export const isTaken = (prefix: string): boolean =>
  prefix === 'aws' || prefix === munimentService.prefix || Object.hasOwn(awsServiceNames, prefix);

/** A service, its actions by their folded names. */
interface Known {
  readonly definition: ServiceDefinition;
  readonly actions: ReadonlyMap<string, CatalogueAction>;
}

const fold = (name: string): string => name.toLowerCase();
const textAt = (record: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
const namesIn = (list: string | undefined): readonly string[] => list?.split(' ') ?? [];

function known(definition: ServiceDefinition): Known {
  const { prefix: service } = definition;
  const actions = definition.actions.map((action) => ({ ...action, id: `${service}:${action.name}`, service }));
  return { definition, actions: new Map(actions.map((action) => [fold(action.name), action])) };
}

const typeIn = (keys: Iterable<readonly [string, string]>, key: string): ConditionKeyType | undefined => {
  for (const [name, type] of keys) if (matchesTemplate(fold(name), key)) return type as ConditionKeyType;
  return undefined;
};

const keysOf = ({ conditionKeys }: ServiceDefinition) => conditionKeys.map(({ name, type }) => [name, type] as const);

/**
 * Services, AWS's, Muniment's and your own, and what is to be known of their actions, resources and condition keys. Names are found
 * whatever their case and given back in their own. Nothing here throws: what is unknown is `undefined` or an empty list.
 *
 * @example
 * ```ts
 * const catalogue = (await awsServices()).with([orders]);
 * catalogue.action('S3:getobject')?.accessLevel;                     // 'Read'
 * catalogue.actionsMatching('orders:*Order');                        // ['orders:GetOrder', 'orders:PutOrder']
 * catalogue.conditionKeyType('aws:PrincipalTag/Team');               // 'String'
 * ```
 */
export class Catalogue {
  readonly #encoded: EncodedServices;
  readonly #own: ReadonlyMap<string, Known>;
  /** AWS's services that somebody has asked for. */
  readonly #decoded: Map<string, Known>;

  constructor(encoded: EncodedServices, own: readonly ServiceDefinition[] = [], decoded = new Map<string, Known>()) {
    this.#encoded = encoded;
    this.#own = new Map([munimentService, ...own].map((definition) => [fold(definition.prefix), known(definition)]));
    this.#decoded = decoded;
  }

  /** The same with these services of your own, and none of those before; one with a taken prefix is passed over. */
  with(own: readonly ServiceDefinition[]): Catalogue {
    const free = own.filter(({ prefix }) => !isTaken(fold(prefix)));
    return new Catalogue(this.#encoded, free, this.#decoded);
  }

  /** All services, by prefix; nothing is decoded for it. */
  services(): readonly CatalogueService[] {
    const aws = Object.entries(awsServiceNames).map(([prefix, name]) => ({ prefix, name, isAws: true }));
    const own = Array.from(this.#own.values(), ({ definition: { prefix, name = prefix } }) => ({ prefix, name }));
    const all = [...aws, ...own.map((service) => ({ ...service, isAws: false }))];
    return all.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  }

  service(prefix: string): ServiceDefinition | undefined {
    return this.#known(prefix)?.definition;
  }

  /** An action by its whole name. */
  action(id: string): CatalogueAction | undefined {
    const colon = id.indexOf(':');
    return this.#known(id.slice(0, Math.max(colon, 0)))?.actions.get(fold(id.slice(colon + 1)));
  }

  /** Whole names of the actions that an element of `Action` means: `s3:Get*`, `*`. */
  actionsMatching(pattern: string): readonly string[] {
    if (pattern === '*') return this.services().flatMap(({ prefix }) => this.actionsMatching(`${prefix}:*`));
    const colon = pattern.indexOf(':');
    const wanted = fold(pattern.slice(colon + 1));
    const service = this.#known(pattern.slice(0, Math.max(colon, 0)));
    const found: string[] = [];
    for (const [name, { id }] of service?.actions ?? []) if (matchesPattern(wanted, name)) found.push(id);
    return found;
  }

  /**
   * What an ARN may be, the closest format first: the types of which it has all the parts, else the one that says most of
   * it, with a last part that goes over `/` and `:` (`user/division/bob`).
   */
  resourceTypesOf(arn: string): readonly CatalogueResourceType[] {
    const named = arnParts(arn)?.[1];
    if (named === undefined) return [];
    const prefixes = [named, ...namesIn(textAt(this.#encoded.awsArnServices, named))];
    const candidates = prefixes.flatMap((service) =>
      (this.#known(service)?.definition.resourceTypes ?? []).flatMap((type) =>
        [type.arn, ...(type.otherArns ?? [])].map((format) => ({
          fit: fits(format, arn),
          literal: literalLength(format),
          type: { ...type, service },
        })),
      ),
    );
    candidates.sort((a, b) => b.literal - a.literal);
    const strict = candidates.filter(({ fit }) => fit === 'strictly');
    const loose = candidates.filter(({ fit }) => fit === 'loosely');
    const best = strict.length > 0 ? strict : loose.filter(({ literal }) => literal === loose[0]?.literal);
    return best.map(({ type }) => type);
  }

  /**
   * The type of a condition key's value, for one action if it is named; `undefined` for a key that is not known. Whether
   * the action has the key is another question: `action(id)?.conditionKeys`.
   */
  conditionKeyType(key: string, action?: string): ConditionKeyType | undefined {
    const wanted = fold(key);
    const prefix = wanted.split(':', 1)[0] ?? '';
    const { awsKeyPrefixes } = this.#encoded;
    const others = [...namesIn(textAt(awsKeyPrefixes, prefix)), ...namesIn(textAt(awsKeyPrefixes, '*'))];
    const inService = (service: string) => {
      const found = this.#known(service);
      return found && typeIn(keysOf(found.definition), wanted);
    };
    const ofAction = action === undefined ? undefined : inService(action.split(':', 1)[0] ?? '');
    if (ofAction !== undefined) return ofAction;
    const ofAll = typeIn(Object.entries(awsGlobalKeys), wanted);
    if (ofAll !== undefined) return ofAll;
    for (const service of [prefix, ...others]) {
      const type = inService(service);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  /** Whether the service's resources heed resource control policies; your own do. */
  heedsResourceControlPolicies(prefix: string): boolean {
    return this.#own.has(fold(prefix)) || awsControlled.includes(fold(prefix));
  }

  #known(prefix: string): Known | undefined {
    const folded = fold(prefix);
    const found = this.#own.get(folded) ?? this.#decoded.get(folded);
    if (found) return found;
    const text = textAt(this.#encoded.awsServiceTexts, folded);
    if (text === undefined) return undefined;
    const service = known(decodeService(folded, text, textAt(awsServiceNames, folded)));
    this.#decoded.set(folded, service);
    return service;
  }
}
