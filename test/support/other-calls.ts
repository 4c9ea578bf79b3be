/** By way of a condition the names alone are taken, and not that some of the parameters are deprecated. */
type NameOf<P> = Exclude<keyof P, never>;

/** Two values of each parameter of `P`. A parameter that a new version of an SDK brings is missing here, and does not compile. */
export type TwoOfEach<P> = { readonly [Name in NameOf<P>]: readonly [NonNullable<P[Name]>, NonNullable<P[Name]>] };

/** A call with one parameter set, and a name for it. */
export interface OtherCall<P> {
  readonly name: string;
  readonly params: P;
}

/** The base, and with each parameter at its one value and at its other: no two of them ask for the same. */
export function otherCalls<P extends object>(base: P, values: Partial<TwoOfEach<P>>): OtherCall<P>[] {
  const others = Object.entries(values as Record<string, readonly unknown[]>).flatMap(([name, two]) =>
    two.map((value, at) => ({ name: `${name} ${at + 1}`, params: { ...base, [name]: value } })),
  );
  return [{ name: 'base', params: base }, ...others];
}
