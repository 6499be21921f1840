/** The explanation of one setting or chart. */
export interface Help {
  /** What it is called on the page. */
  readonly title: string
  /** What it does, or what is seen, in a line. */
  readonly text: string
  /** As the paper writes it. */
  readonly equation?: string
  /** The paper, and its equation where its number is known: "TET, eq. 10". */
  readonly source?: string
}

/** The entries of a table under a prefix: { tau } under "neuron." is { "neuron.tau" }. */
export function under<Prefix extends string, Key extends string>(
  prefix: Prefix,
  table: Readonly<Record<Key, Help>>,
): Record<`${Prefix}${Key}`, Help> {
  return Object.fromEntries(Object.entries(table).map(([key, help]) => [`${prefix}${key}`, help])) as Record<`${Prefix}${Key}`, Help>
}

/** A table whose texts stand under `help`, as those of hyper-parameters do, as explanations. */
export function explained<Key extends string>(
  table: Readonly<Record<Key, { readonly title: string; readonly help: string; readonly equation?: string; readonly source?: string }>>,
  before = '',
): Record<Key, Help> {
  return Object.fromEntries(
    Object.entries<{ title: string; help: string; equation?: string; source?: string }>(table).map(([key, { title, help, ...rest }]) => [
      key,
      { title: `${before}${title}`, text: help, ...rest },
    ]),
  ) as Record<Key, Help>
}
