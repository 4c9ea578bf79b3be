import type { SemanticPlace } from './semantic-place.js';

/** What an invalidation goes by. */
export interface Invalidable {
  readonly place: SemanticPlace;
  readonly tags: readonly string[];
}

/** One value on its way into the cache. */
export class Making {
  private isSpoiled = false;
  private listener: (() => void) | undefined;

  constructor(
    readonly concerns: Invalidable,
    /** Of two for the same text, the one that began later counts. */
    readonly order: number,
  ) {}

  /** Whether nothing has been invalidated since it began that it may be made of. */
  get mayStore(): boolean {
    return !this.isSpoiled;
  }

  onSpoiled(listener: () => void): void {
    this.listener = listener;
  }

  spoil(): void {
    this.isSpoiled = true;
    this.listener?.();
  }
}

/**
 * Keeps out what was made of something that has been invalidated meanwhile:
 *
 *     getOrSet(q): asks the model, which reads the old document
 *                                            invalidateTags('documents')
 *     getOrSet(q): has the old answer, and stores nothing
 */
export class SemanticFence {
  private readonly under = new Set<Making>();
  private lastOrder = 0;

  open(concerns: Invalidable): Making {
    const making = new Making(concerns, ++this.lastOrder);
    this.under.add(making);
    return making;
  }

  close(making: Making): void {
    this.under.delete(making);
  }

  spoilWhere(goes: (concerns: Invalidable) => boolean): void {
    for (const making of this.under) if (goes(making.concerns)) making.spoil();
  }
}
