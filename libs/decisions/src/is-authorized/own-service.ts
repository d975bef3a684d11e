import {
  type ActionDefinition,
  arnFormat,
  type ConditionKeyType,
  type ServiceDefinition,
  template,
} from '@muniment/service-catalog';
import { fold } from '@muniment/kernel';

/** An action, with the ARN formats of what it can be about. */
interface Action {
  readonly formats: readonly string[];
  readonly fits: readonly ((arn: string) => boolean)[];
  readonly needsResource: boolean;
}

const mostSpellings = 1000;

/** A service of an account's own as questions are checked against it. */
export class OwnService {
  readonly #prefix: string;
  /** What the keys of the service begin with. */
  readonly #ofKeys: string;
  readonly #actions: ReadonlyMap<string, Action>;
  readonly #spelled = new Map<string, Action>();
  readonly #keys: readonly (readonly [fits: (key: string) => boolean, type: ConditionKeyType])[];
  readonly #types = new Map<string, ConditionKeyType>();

  /** Of a definition as it is stored. */
  static of(definition: string): OwnService {
    return new OwnService(JSON.parse(definition) as ServiceDefinition);
  }

  constructor({ prefix, actions, resourceTypes, conditionKeys }: ServiceDefinition) {
    this.#prefix = prefix;
    this.#ofKeys = `${prefix}:`;
    const arns = new Map(resourceTypes.map(({ name, arn }) => [name, arn]));
    const known = ({ resourceTypes: types }: ActionDefinition): Action => {
      const formats = types.map(({ name }) => arns.get(name)).filter((arn) => arn !== undefined);
      return { formats, fits: formats.map(arnFormat), needsResource: types.some(({ required }) => required) };
    };
    this.#actions = new Map(actions.map((action) => [fold(action.name), known(action)]));
    this.#keys = conditionKeys.map(({ name, type }) => [template(fold(name)), type]);
  }

  /** Why an action on a resource makes no sense; undefined when it does. */
  objection(action: string, resource: string): string | undefined {
    const known = this.#action(action);
    if (!known) return `the service \`${this.#prefix}\` has no action \`${action}\``;
    const { formats, fits, needsResource } = known;
    if (resource === '*') {
      if (!needsResource) return undefined;
      return `\`${action}\` needs a resource: ${listed(formats)}`;
    }
    if (fits.some((fit) => fit(resource))) return undefined;
    if (formats.length === 0) return `\`${action}\` is about no resource, only about \`*\`: not \`${resource}\``;
    return `\`${action}\` is not about \`${resource}\`: ${listed(formats)}`;
  }

  /** Names are spelt in few ways, and each is folded once. */
  #action(action: string): Action | undefined {
    const spelled = this.#spelled.get(action);
    if (spelled) return spelled;
    const known = this.#actions.get(fold(action.slice(action.indexOf(':') + 1)));
    if (this.#spelled.size >= mostSpellings) this.#spelled.clear();
    if (known) this.#spelled.set(action, known);
    return known;
  }

  /** Whether a condition key is one of the service's by its prefix. */
  owns(key: string): boolean {
    return key.startsWith(this.#ofKeys);
  }

  /** The type of a key, folded; undefined: the service has no such key. */
  typeOf(key: string): ConditionKeyType | undefined {
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const type = this.#keys.find(([fits]) => fits(key))?.[1];
    if (this.#types.size >= mostSpellings) this.#types.clear();
    if (type !== undefined) this.#types.set(key, type);
    return type;
  }
}

const listed = (formats: readonly string[]): string => formats.map((format) => `\`${format}\``).join(', ');
