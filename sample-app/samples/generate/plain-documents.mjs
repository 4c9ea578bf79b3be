/** Rules for passengers, as Markdown. */
export const HARBOUR_RULES = `# Rules of the harbour

Kestrel Bay Ferries, reference KBF-HR-12, valid from 1 April 2025.

## Boarding

1. Boarding ends **three minutes** before departure.
2. Bicycles go on deck, and their riders stay with them until the lines are off.
3. Dogs are welcome. A dog that is larger than its owner's suitcase needs a ticket.

## Weather

| Wind, Beaufort | What happens |
| --- | --- |
| up to 6 | all boats sail |
| 7 | the *Oystercatcher* and the *Little Tern* stay in |
| 8 and more | nobody sails |

> If the flag at the mole is at half height, ask at the ticket office before you queue.

## Lost things

Whatever is found on board is kept for 60 days at the office on Quay 3.
Write to [the lost property desk](mailto:lost@kestrelbay.example) or call +44 1632 960 418.
`;

/** A day on the bridge, as plain text. */
export const LOGBOOK = `Logbook of the ferry Storm Petrel, 7 February 2025

0540  Master and two deckhands on board. Wind south-west 4, visibility good.
0555  Both engines started. Port gearbox oil topped up by half a litre.
0630  Left Skerry Point with 41 passengers, two vans, and a crate of lobsters.
0718  Outer Holm. The lobsters were met by their owner.
0725  Left Outer Holm with 66 passengers.
0811  Skerry Point. One passenger had boarded the wrong ferry and was sent back free of charge.
1130  Noon boat delayed by 12 minutes: the ramp's limit switch was iced over.
1640  Wind now west 6. Slow speed in the sound.
1915  Last crossing ended. 318 passengers today, no injuries, nothing broken.
1940  Shore power connected, bilges dry, logbook closed. Entry KBF-LB-0207, signed E. Marsh, master.
`;
