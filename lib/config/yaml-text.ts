import type * as Yaml from 'yaml';
import { CacheConfigError } from '../support/errors.js';
import { requirePackage } from '../support/lazy-package.js';

/** What a text in YAML 1.2 says. @throws CacheConfigError naming the line. @throws CacheDependencyError without `yaml`. */
export function readYaml(text: string, path: string): unknown {
  const yaml = requirePackage('yaml', 'A configuration file in YAML') as typeof Yaml;
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  // The parser's own message quotes the file, and so perhaps a password.
  if (error)
    fail(
      path,
      `line ${lines.linePos(error.pos[0]).line}: bad YAML (${error.code.toLowerCase().replaceAll('_', ' ')}).`,
    );
  try {
    return document.toJS() as unknown;
  } catch {
    return fail(path, 'bad YAML: an alias (*) without its anchor (&), or too many of them.');
  }
}

function fail(path: string, message: string): never {
  throw new CacheConfigError([{ path, message }]);
}
