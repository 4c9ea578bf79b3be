/** Limit: nobody remembers anything. @type {import('../../kit/fleet-member.mjs').Open} */
export const open = async ({ load }) => ({ find: (key) => load(key) });
