/** What a setting is for; the configuration reference is made from these. */
export const described = new Map<string, { setting: string; text: string; secret: boolean }>();

export function Setting(setting: string, text: string, options: { secret?: boolean } = {}): PropertyDecorator {
  return (_, property) => {
    described.set(String(property), { setting: `MUNIMENT_${setting}`, text, secret: options.secret ?? false });
  };
}
