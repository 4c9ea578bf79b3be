import { Inject } from '@nestjs/common';
import { getCacheToken } from '../tokens.js';

/** Injects the `CacheManager` of that name; without a name the default one. */
export const InjectCache = (name?: string): PropertyDecorator & ParameterDecorator => Inject(getCacheToken(name));
