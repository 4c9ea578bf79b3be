import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from '@jest/globals';
import { PAGES, read, ROOT } from './pages.js';

/** Without code, in which brackets and parentheses mean something else. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

function linksIn(page: string): string[] {
  return [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page as GitHub makes them from its headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [
    ...read(page)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ].map((match) => match[1]!);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function whyBroken(page: string, link: string): string | undefined {
  const [path, anchor] = link.split('#') as [string, string | undefined];
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (target.startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(ROOT + target)) return `${link}: there is no ${target}`;
  if (anchor === undefined || !statSync(ROOT + target).isFile() || !target.endsWith('.md')) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no heading #${anchor}`;
}

describe('relative links', () => {
  it.each(PAGES)('of %s lead somewhere', (page) => {
    expect(linksIn(page).flatMap((link) => whyBroken(page, link) ?? [])).toEqual([]);
  });
});

describe('docs/README.md', () => {
  it('leads to every page of docs', () => {
    const reached = new Set(linksIn('docs/README.md').map((link) => normalize(join('docs', link.split('#')[0]!))));
    const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
