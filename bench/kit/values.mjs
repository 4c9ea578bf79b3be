/** About 200 bytes as JSON. @param {string} key */
export const userOf = (key) => ({
  id: key,
  name: 'A name of usual length',
  email: 'somebody@example.com',
  active: true,
  score: 12.5,
  roles: ['reader', 'writer'],
  note: 'what else is known of whom this is about, in a line',
});

/** One hour: nothing expires while it is measured. */
export const TTL_MS = 3_600_000;
