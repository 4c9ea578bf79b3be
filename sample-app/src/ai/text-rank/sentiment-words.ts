const set = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/u));

/** A small lexicon of this sample's own, for reports and letters. Singular and plain forms, and what is common beside them. */
export const POSITIVE = set(`
able accurate admirable agree agreed amazing appreciate appreciated attractive beautiful benefit best better bright calm
careful clean clear comfortable confident congratulate convenient correct courteous delight delighted delightful easy
effective efficient enjoy enjoyed enjoyable excellent exceptional fair fantastic fast favourable fine flawless fortunate
free fresh friendly generous glad good grateful great happy healthy helpful honest ideal impressive improve improved
improvement kind love loved lovely lucky nice optimistic outstanding perfect pleasant pleased pleasure polite positive
praise praised progress prompt proud quick recommend recommended recover recovered reliable repaired resolved right safe
safely satisfied satisfaction secure smooth solid solved splendid stable strong succeed success successful superb thank
thanks trust trusted useful valuable warm welcome welcomed well wonderful worked worth
`);

export const NEGATIVE = set(`
abandoned accident afraid alarm angry annoyed annoying anxious awful bad blame boring breach break broken careless cancel
cancelled collapse complain complained complaint confused confusing corroded crack cracked crash crashed damage damaged
danger dangerous dead defect defective delay delayed deny dirty disappoint disappointed disappointing disappointment
disaster dispute error expensive fail failed failing failure fault faulty fear flaw fraud harm hate horrible hurt ill
inadequate incorrect injured injury insult late leak leaking leaked loss lost mediocre mess mistake negative neglect nervous
noisy overdue pain painful poor problem refuse refused regret reject rejected risk risky rude rust rusty sad scratch serious
severe shortage sick slow smell sorry spoiled stolen stuck suffer suffered terrible threat trouble ugly unable unacceptable
unfortunate unfortunately unhappy unreliable unsafe upset useless violation warning waste weak weeping worn worry worse worst
wrong
`);

export const NEGATIONS = set(`
no not never none nobody nothing neither nor without hardly barely scarcely cannot can't couldn't don't doesn't didn't isn't
aren't wasn't weren't won't wouldn't shouldn't hasn't haven't hadn't
`);
