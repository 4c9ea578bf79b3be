/*
 * Two modules of class-validator by themselves. The package as a whole reads a hundred more, and the checkers of texts and
 * telephone numbers with them: ten times as long, at the start of every application. It declares types for the whole only.
 */

declare module 'class-validator/cjs/decorator/common/ValidateBy.js' {
  export { ValidateBy } from 'class-validator';
}

declare module 'class-validator/cjs/validation/Validator.js' {
  export { Validator } from 'class-validator';
}
