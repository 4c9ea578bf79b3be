import type { EvictionStrategy } from 'nestjs-cached';

/** In the order in which they were stored; what has been read since its last turn is passed over once. */
export class SecondChance implements EvictionStrategy {
  private readonly ids = new Map<string, boolean>();

  added(id: string): void {
    this.ids.set(id, false);
  }

  used(id: string): void {
    if (this.ids.has(id)) this.ids.set(id, true);
  }

  removed(id: string): void {
    this.ids.delete(id);
  }

  cleared(): void {
    this.ids.clear();
  }

  victim(): string | undefined {
    for (const [id, wasRead] of this.ids) {
      if (!wasRead) return id;
      this.ids.delete(id);
      this.ids.set(id, false);
    }
    return undefined;
  }
}
