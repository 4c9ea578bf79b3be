import type { CacheManager } from '../../index.js';
import type { BenchPlan } from './bench-plan.js';
import { measure, type Step } from './callers.js';
import { openCaches } from './open-caches.js';
import type { CompressionFigures } from './report.js';
import type { ServerProbe } from './server-probe.js';
import { getStep, KEEP, setStep } from './steps.js';

/** Below, nothing is compressed by default, and a value fits into one packet. */
export const WORTH_COMPRESSING = 1_024;
/** In seconds, for each of eight parts. */
const LONGEST = 0.5;

/** The value with and without compression, by turns; `undefined` where there is nothing to compare. */
export async function compressionOf(
  { settings, payload, options }: BenchPlan,
  probe: ServerProbe,
  signal: AbortSignal,
): Promise<CompressionFigures | undefined> {
  if (payload.bytes <= WORTH_COMPRESSING) return undefined;
  const compression = typeof options.compression === 'object' ? options.compression : {};
  const caches = await openCaches({
    plain: { ...options, backend: 'redis', compression: false },
    packed: { ...options, backend: 'redis', compression },
  });
  try {
    return await compare(caches.of);
  } finally {
    await caches.close();
  }

  async function compare({
    plain,
    packed,
  }: Readonly<Record<'plain' | 'packed', CacheManager>>): Promise<CompressionFigures | undefined> {
    await plain.set('plain', payload.value, KEEP);
    await packed.set('packed', payload.value, KEEP);
    const plainBytes = await probe.sizeOf('plain');
    const packedBytes = await probe.sizeOf('packed');
    const median = async (makeStep: () => Step): Promise<number> => {
      const seconds = Math.min(LONGEST, settings.seconds);
      return (await measure(makeStep, { callers: 1, seconds, signal })).latencyMs.p50;
    };
    const steps = {
      plainGet: getStep(plain, ['plain']),
      packedGet: getStep(packed, ['packed']),
      plainSet: setStep(plain, ['plain'], payload.value),
      packedSet: setStep(packed, ['packed'], payload.value),
    };
    const best: Record<string, number> = {};
    // A B A B: what disturbs the machine for a while disturbs both.
    for (let round = 0; round < 2; round++) {
      for (const [name, makeStep] of Object.entries(steps)) {
        best[name] = Math.min(best[name] ?? Infinity, await median(makeStep));
      }
    }
    if (signal.aborted || plainBytes === 0 || packedBytes === 0) return undefined;
    return {
      algorithm: settings.compression === 'off' ? 'deflate' : settings.compression,
      plainBytes,
      packedBytes,
      plain: { getMs: best['plainGet']!, setMs: best['plainSet']! },
      packed: { getMs: best['packedGet']!, setMs: best['packedSet']! },
    };
  }
}
