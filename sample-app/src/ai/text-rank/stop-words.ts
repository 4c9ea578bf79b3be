const LIST = `
a about above after again against all almost along already also although always am among an and another any anybody anyone
anything are aren't around as at away back be because been before behind being below beside between both but by can can't
cannot could couldn't did didn't do does doesn't doing don't done down during each either else enough etc even ever every
everybody everyone everything except few first for from further get gets getting give given go goes going gone got had hadn't
has hasn't have haven't having he her here hers herself him himself his how however i if in indeed instead into is isn't it
it's its itself just keep last least less let like made make makes many may me might mine more most much must my myself near
neither never next no nobody none nor not nothing now of off often on once one only onto or other others ought our ours
ourselves out over own per perhaps put quite rather really said same say says see seem seems seen shall she should shouldn't
since so some somebody someone something still such take taken than that that's the their theirs them themselves then there
there's these they thing this those though through thus till to together too toward towards two under until up upon us very
was wasn't way we well were weren't what whatever when where whether which while who whoever whole whom whose why will with
within without won't would wouldn't yes yet please three four five six seven eight nine ten you your yours yourself yourselves
`;

/** English words that say nothing of what a text is about. */
export const STOP_WORDS: ReadonlySet<string> = new Set(LIST.trim().split(/\s+/u));
