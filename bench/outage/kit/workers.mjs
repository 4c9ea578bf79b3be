import { withWorkers as withThese } from '../../fleet/kit/workers.mjs';

const folder = new URL('../jobs/', import.meta.url);

/**
 * Runs `work` with so many processes of one kind of this folder's jobs, and ends them.
 * @template T
 * @param {{ jobs: string, count: number, port: number }} kind
 * @param {(workers: any[]) => Promise<T>} work
 */
export const withWorkers = (kind, work) => withThese({ ...kind, folder }, work);
