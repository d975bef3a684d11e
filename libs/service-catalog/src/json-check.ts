/** Why a definition is refused: `message` says what is wrong, `path` where: `actions[3].resourceTypes[0].name`. */
export interface DefinitionError {
  readonly message: string;
  readonly path: string;
}

/** Ends the reading; it never leaves `readServiceDefinition`. */
export class Refused extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'Refused';
    this.path = path;
  }
}

export function refuse(path: string, message: string): never {
  throw new Refused(path, message);
}

const longestShown = 100;

/** What somebody has written, as an error text shows it. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return `\`${text.length > longestShown ? `${text.slice(0, longestShown)}…` : text}\``;
};

const within = (path: string, member: string): string => (path === '' ? member : `${path}.${member}`);

/** One member of the document and how to read it. */
export class Node {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  refuse(message: string): never {
    return refuse(this.path, message);
  }

  /** Members of an object that has none but these. */
  members<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Node>> {
    const { value, path } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.refuse(`must be an object, not ${shown(value)}`);
    }
    for (const name of Object.keys(value)) {
      if (!(names as readonly string[]).includes(name)) {
        refuse(within(path, name), `there is no member ${shown(name)} here: there are ${names.join(', ')}`);
      }
    }
    const entries = names.map((name) => {
      const member = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      return [name, new Node(member, within(path, name))] as const;
    });
    return Object.fromEntries(entries) as Record<Name, Node>;
  }

  /** The items of a list, read one by one; one that is absent is empty. */
  list<Item>(longest: number, read: (item: Node) => Item): readonly Item[] {
    const { value, path } = this;
    if (value === undefined) return [];
    if (!Array.isArray(value)) return this.refuse(`must be a list, not ${shown(value)}`);
    if (value.length > longest) this.refuse(`has ${value.length} items, at most ${longest} are possible`);
    return value.map((item, index) => read(new Node(item, `${path}[${index}]`)));
  }

  /** A text of this form; `what` says which form that is. */
  text(form: RegExp, longest: number, what: string): string {
    const { value } = this;
    if (value === undefined) return this.refuse('is missing');
    if (typeof value !== 'string') return this.refuse(`must be a text, not ${shown(value)}`);
    if (value.length > longest) this.refuse(`has ${value.length} characters, at most ${longest} are possible`);
    if (!form.test(value)) this.refuse(`${shown(value)} is not possible: ${what}`);
    return value;
  }

  oneOf<Value extends string>(values: readonly Value[]): Value {
    const found = values.find((value) => value === this.value);
    if (found !== undefined) return found;
    if (this.value === undefined) return this.refuse('is missing');
    return this.refuse(`there is no ${shown(this.value)}: there are ${values.join(', ')}`);
  }

  flag(): boolean | undefined {
    const { value } = this;
    if (value !== undefined && typeof value !== 'boolean') this.refuse(`must be true or false, not ${shown(value)}`);
    return value as boolean | undefined;
  }
}
