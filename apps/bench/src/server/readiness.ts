/** How each of its parts stands, as a process says itself. */
export type Checks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export async function readiness(url: string): Promise<Checks> {
  const answer = await fetch(`${url}/readyz`);
  return ((await answer.json()) as { readonly checks: Checks }).checks;
}
