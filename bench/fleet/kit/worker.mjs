// A forked process: `worker.mjs <url of a file of jobs> <port of Redis>`. Runs one of the file's functions a message.
const [, , file = '', port = ''] = process.argv;
/** @type {Promise<Record<string, Function>>} */
const jobs = import(file).then((made) => made.jobs(Number(port)));

process.on('disconnect', () => process.exit());
process.on('message', (/** @type {{ id: number, job: string, args: unknown[] }} */ { id, job, args }) => {
  void jobs
    .then((all) => all[job]?.(...args))
    .then(
      (value) => process.send?.({ id, value }),
      (error) => process.send?.({ id, error: error?.stack ?? String(error) }),
    );
});
