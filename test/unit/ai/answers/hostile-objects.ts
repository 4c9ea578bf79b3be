/** Objects that throw whenever they are looked at. */
export function hostileObjects(): object[] {
  const fail = (): never => {
    throw new Error('not to be read');
  };
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  return [revoked.proxy, new Proxy({}, { has: fail, get: fail, ownKeys: fail, getPrototypeOf: fail })];
}
