/** A class with a field for every member of `T`, and no other: a new option without a check does not compile. */
export type FieldsOf<T> = { [K in keyof Required<T>]: unknown };
