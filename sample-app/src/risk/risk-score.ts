import { ROUTES } from './cached-results.js';
import type { ResultName, Results } from './cached-results.js';

export interface RiskReason {
  /** The result it was seen in. */
  readonly from: ResultName;
  readonly points: number;
  readonly because: string;
}

export interface RiskScore {
  readonly type: 'DOCUMENT';
  readonly hash: string;
  /** 0 to 100: how closely a person should look at it. */
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  readonly reasons: readonly RiskReason[];
  readonly basedOn: readonly ResultName[];
  /** What was not asked yet, and would make the score better founded. */
  readonly missing: readonly string[];
}

const HIGH = 60;
const MEDIUM = 25;
const MOST = 100;
const FINDING_POINTS = { info: 0, warning: 8, error: 25 } as const;
const EDITORS = /photoshop|gimp|lightroom|affinity|pixelmator|paint|canva|snapseed|retouch|picsart|facetune/iu;

/** A score is the sum of what counts against the document, and names each part of the sum. */
export function composeRisk(hash: string, results: Results): RiskScore {
  const reasons = [
    ...documentReasons(results),
    ...ocrReasons(results),
    ...imageReasons(results),
    ...validationReasons(results),
  ]
    .filter(({ points }) => points > 0)
    .toSorted((one, other) => other.points - one.points);
  const score = Math.min(
    MOST,
    reasons.reduce((sum, { points }) => sum + points, 0),
  );
  const names = Object.keys(ROUTES) as ResultName[];
  return {
    type: 'DOCUMENT',
    hash,
    score,
    level: score >= HIGH ? 'high' : score >= MEDIUM ? 'medium' : 'low',
    reasons,
    basedOn: names.filter((name) => results[name] !== undefined),
    missing: names.filter((name) => results[name] === undefined && applies(name, results)).map((name) => ROUTES[name]),
  };
}

/** An image has no document text and a document no pixels, so neither is missed from the other. */
function applies(name: ResultName, { document, ocr, tampering, quality, metadata }: Results): boolean {
  if (name === 'document') return !ocr && !tampering && !quality && !metadata;
  if (name === 'format' || name === 'completeness') return true;
  return !document;
}

function documentReasons({ document }: Results): RiskReason[] {
  if (!document) return [];
  const { pages, pagesWithoutText } = document;
  const share = pages === 0 ? 0 : pagesWithoutText.length / pages;
  const points = share === 0 ? 0 : Math.round(10 + 20 * share);
  return [
    {
      from: 'document',
      points,
      because: `${pagesWithoutText.length} of ${pages} pages hold no text: nobody has read them yet.`,
    },
  ];
}

function ocrReasons({ ocr }: Results): RiskReason[] {
  if (!ocr) return [];
  const { confidence, words } = ocr;
  if (words.length === 0) return [{ from: 'ocr', points: 10, because: 'No text was recognized in the image.' }];
  const points = confidence >= 80 ? 0 : Math.round((80 - confidence) / 2);
  return [{ from: 'ocr', points, because: `The text was recognized with a confidence of only ${confidence} %.` }];
}

function imageReasons({ tampering, quality, metadata }: Results): RiskReason[] {
  const reasons: RiskReason[] = [];
  if (tampering) {
    const [region] = tampering.regions;
    const where = region ? ` ${region.width} x ${region.height} pixels at (${region.x}, ${region.y})` : '';
    reasons.push({
      from: 'tampering',
      points: Math.round(60 * tampering.suspicion),
      because: `Error levels suggest that a part of the image was put in later:${where}.`,
    });
  }
  if (quality) {
    const points = { good: 0, usable: 5, poor: 15 }[quality.verdict];
    reasons.push({ from: 'quality', points, because: `The image is hard to judge: ${quality.faults.join(' ')}` });
  }
  if (metadata) {
    const edited = metadata.software !== null && EDITORS.test(metadata.software);
    reasons.push({
      from: 'metadata',
      points: edited ? 20 : 0,
      because: `The image was last written by an image editor: ${metadata.software}.`,
    });
    reasons.push({
      from: 'metadata',
      points: metadata.trailingBytes > 0 ? 15 : 0,
      because: `${metadata.trailingBytes} bytes are hidden behind the end of the image.`,
    });
  }
  return reasons;
}

function validationReasons({ format, completeness }: Results): RiskReason[] {
  const reasonsOf = (
    from: ResultName,
    findings: readonly { severity: keyof typeof FINDING_POINTS; code: string; message: string }[],
  ) =>
    findings
      // Both are counted already, with the pages themselves and with the metadata.
      .filter(({ code }) => code !== 'pages-without-text' && code !== 'trailing-bytes')
      .map(({ severity, message }) => ({ from, points: FINDING_POINTS[severity], because: message }));
  return [...reasonsOf('format', format?.findings ?? []), ...reasonsOf('completeness', completeness?.findings ?? [])];
}
