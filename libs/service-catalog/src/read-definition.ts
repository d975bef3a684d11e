import { arnParts } from './arn-format.js';
import { awsGlobalKeys } from './aws-names.gen.js';
import { isTaken } from './catalogue.js';
import {
  type ActionDefinition,
  accessLevels,
  type ConditionKeyDefinition,
  conditionKeyTypes,
  type ResourceTypeDefinition,
  type ServiceDefinition,
} from './definition.js';
import { type DefinitionError, Node, Refused, refuse, shown } from './json-check.js';

export type { DefinitionError } from './json-check.js';

/** The most that a definition may hold. */
export const definitionLimits = {
  characters: 262_144,
  actions: 2000,
  resourceTypes: 500,
  conditionKeys: 500,
  resourceTypesOfAction: 50,
  conditionKeysOfAction: 100,
  dependentActionsOfAction: 50,
} as const;

const prefixForm = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const nameForm = /^[^\p{Cc}]+$/u;
const actionForm = /^[A-Za-z][A-Za-z0-9-]*$/;
const typeForm = /^[A-Za-z][A-Za-z0-9_/-]*$/;
const keyForm = /^[a-z0-9-]+:(?:[A-Za-z0-9_./:@-]|\$\{[A-Za-z][A-Za-z0-9]*\})+$/;
const arnForm = /^(?:[A-Za-z0-9_./:@+=,-]|\$\{[A-Za-z][A-Za-z0-9]*\})+$/;
const dependentForm = /^[a-z0-9-]+:[A-Za-z][A-Za-z0-9-]*$/;

const fold = (name: string): string => name.toLowerCase();

/** Names that are there, as they are spelt. */
class Names {
  readonly #spelt = new Map<string, string>();

  add(node: Node, name: string): void {
    const before = this.#spelt.get(fold(name));
    if (before !== undefined)
      node.refuse(`${shown(name)} is there already${before === name ? '' : ` as ${shown(before)}`}`);
    this.#spelt.set(fold(name), name);
  }

  /** A name as it is spelt where it is defined. */
  find(node: Node, name: string, what: string): string {
    return this.#spelt.get(fold(name)) ?? node.refuse(`the service has no ${what} ${shown(name)}`);
  }

  has(name: string): boolean {
    return this.#spelt.has(fold(name));
  }
}

/** Names of one list, each once. */
function distinct(list: Node, longest: number, read: (item: Node) => string): readonly string[] {
  const names = new Names();
  return list.list(longest, (item) => {
    const name = read(item);
    names.add(item, name);
    return name;
  });
}

function readPrefix(node: Node): string {
  const prefix = node.text(prefixForm, 64, 'lower-case letters, digits and hyphens, a letter first');
  if (isTaken(prefix)) node.refuse(`${shown(prefix)} is the prefix of a service that there is already`);
  return prefix;
}

/** Reads definitions of one service: what refers to a name comes after what gives it. */
class Reader {
  readonly #prefix: string;
  readonly #keys = new Names();
  readonly #types = new Names();
  readonly #actions = new Names();

  constructor(prefix: string) {
    this.#prefix = prefix;
    for (const key of Object.keys(awsGlobalKeys)) this.#keys.add(new Node(key, ''), key);
  }

  conditionKey(node: Node): ConditionKeyDefinition {
    const { name, type } = node.members('name', 'type');
    const key = name.text(keyForm, 128, `\`${this.#prefix}:\` and letters, digits, _./:@-, or \`\${Placeholder}\``);
    if (!key.startsWith(`${this.#prefix}:`)) name.refuse(`${shown(key)} must begin with \`${this.#prefix}:\``);
    this.#keys.add(name, key);
    return { name: key, type: type.oneOf(conditionKeyTypes) };
  }

  resourceType(node: Node): ResourceTypeDefinition {
    const { name, arn, conditionKeys } = node.members('name', 'arn', 'conditionKeys');
    const type = name.text(typeForm, 128, 'letters, digits, hyphens, _ and /, a letter first');
    this.#types.add(name, type);
    return { name: type, arn: this.#arn(arn), conditionKeys: this.#keysIn(conditionKeys) };
  }

  action(node: Node): ActionDefinition {
    const members = node.members('name', 'accessLevel', 'resourceTypes', 'conditionKeys', 'dependentActions');
    const name = members.name.text(actionForm, 128, 'letters, digits and hyphens, a letter first');
    this.#actions.add(members.name, name);
    const types = new Names();
    return {
      name,
      accessLevel: members.accessLevel.oneOf(accessLevels),
      resourceTypes: members.resourceTypes.list(definitionLimits.resourceTypesOfAction, (item) => {
        const { name: type, required } = item.members('name', 'required');
        const found = this.#types.find(type, type.text(typeForm, 128, 'the name of a resource type'), 'resource type');
        types.add(type, found);
        return { name: found, ...(required.flag() && { required: true }) };
      }),
      conditionKeys: this.#keysIn(members.conditionKeys),
      dependentActions: distinct(members.dependentActions, definitionLimits.dependentActionsOfAction, (item) =>
        item.text(dependentForm, 200, 'a whole action such as `iam:PassRole`'),
      ),
    };
  }

  /** Own actions that others depend on must be there; which actions AWS has is not known here. */
  checkDependents(actions: readonly ActionDefinition[]): void {
    for (const [index, { dependentActions }] of actions.entries()) {
      for (const [at, dependent] of dependentActions.entries()) {
        const [prefix, name = ''] = dependent.split(':');
        const path = `actions[${index}].dependentActions[${at}]`;
        if (prefix === this.#prefix && !this.#actions.has(name)) {
          refuse(path, `the service has no action ${shown(dependent)}`);
        }
      }
    }
  }

  #keysIn(list: Node): readonly string[] {
    return distinct(list, definitionLimits.conditionKeysOfAction, (item) =>
      this.#keys.find(item, item.text(keyForm, 128, 'a condition key with its prefix'), 'condition key'),
    );
  }

  #arn(node: Node): string {
    const arn = node.text(arnForm, 512, 'an ARN of letters, digits, _./:@+=,- and `${Placeholder}`');
    const parts = arnParts(arn);
    if (!parts)
      return node.refuse(`${shown(arn)} has not the six parts of an ARN: arn:partition:service:region:account:…`);
    const [partition, service, , , resource] = parts;
    if (partition !== '${Partition}' && partition !== 'aws') {
      node.refuse(`partition ${shown(partition)} is not possible: there are \`\${Partition}\`, \`aws\``);
    }
    if (service !== this.#prefix)
      node.refuse(`service ${shown(service)} must be the service itself: \`${this.#prefix}\``);
    if (resource === '') node.refuse(`${shown(arn)} names no resource after the fifth colon`);
    return arn;
  }
}

function readDocument(document: Node): ServiceDefinition {
  const members = document.members('prefix', 'name', 'actions', 'resourceTypes', 'conditionKeys');
  const prefix = readPrefix(members.prefix);
  const reader = new Reader(prefix);
  const name = members.name.value === undefined ? undefined : members.name.text(nameForm, 128, 'a line of text');
  const { conditionKeys: keys, resourceTypes: types } = definitionLimits;
  const conditionKeys = members.conditionKeys.list(keys, (item) => reader.conditionKey(item));
  const resourceTypes = members.resourceTypes.list(types, (item) => reader.resourceType(item));
  const actions = members.actions.list(definitionLimits.actions, (item) => reader.action(item));
  if (actions.length === 0) members.actions.refuse('there must be at least one action');
  reader.checkDependents(actions);
  return { prefix, ...(name !== undefined && { name }), actions, resourceTypes, conditionKeys };
}

function parse(json: string): unknown {
  const { characters } = definitionLimits;
  if (json.length > characters) refuse('', `has ${json.length} characters, at most ${characters} are possible`);
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    return refuse('', `is not JSON: ${(error as Error).message}`);
  }
}

/**
 * Reads the definition of a service of your own, and refuses whatever is not as `ServiceDefinition` says: unknown members,
 * names that are taken or refer to nothing, ARN formats of another service. `resourceTypes`, `conditionKeys` and the lists
 * of an action may be left out; the definition that is returned has them all.
 *
 * @example
 * ```ts
 * const read = readServiceDefinition('{"prefix":"orders","actions":[{"name":"GetOrder","accessLevel":"Look"}]}');
 * if (!read.ok) console.error(`${read.error.path}: ${read.error.message}`);
 * // actions[0].accessLevel: there is no `Look`: there are List, Read, Write, Permissions management, Tagging
 * ```
 */
export function readServiceDefinition(
  json: string,
):
  | { readonly ok: true; readonly definition: ServiceDefinition }
  | { readonly ok: false; readonly error: DefinitionError } {
  try {
    return { ok: true, definition: readDocument(new Node(parse(json), '')) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: { message: error.message, path: error.path } };
  }
}
