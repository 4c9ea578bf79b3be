/** What a feature is told apart by, beside its own characters: a word is not the n-gram that is spelled like it. */
export type FeatureKind = 'word' | 'n-gram';

const OFFSET = 0x81_1c_9d_c5;
const PRIME = 0x01_00_01_93;
const SEEDS: Readonly<Record<FeatureKind, number>> = { word: OFFSET, 'n-gram': OFFSET ^ 0x9e_37_79_b9 };

/**
 * 32 well mixed bits: FNV-1a (RFC 9923) over UTF-16 code units, behind it the finalizer of MurmurHash3, without which
 * neighbouring features would share their low bits.
 */
export function hashFeature(kind: FeatureKind, text: string): number {
  let hash = SEEDS[kind];
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
