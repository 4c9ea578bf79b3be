/** What the yearly maintenance record of the (invented) ferry company is written from. */
export const VESSELS = [
  { name: 'Grey Heron', built: 1998, route: 'Kestrel Harbour to Skerry Point', engine: 'twin six-cylinder diesel' },
  { name: 'Sandpiper', built: 2004, route: 'Kestrel Harbour to Inner Holm', engine: 'single eight-cylinder diesel' },
  { name: 'Storm Petrel', built: 2011, route: 'Skerry Point to Outer Holm', engine: 'twin waterjet' },
  { name: 'Oystercatcher', built: 1987, route: 'harbour crossing', engine: 'cycloidal drive' },
  { name: 'Little Tern', built: 2019, route: 'harbour crossing, relief', engine: 'battery-electric' },
  {
    name: 'Black Guillemot',
    built: 2001,
    route: 'Kestrel Harbour to Marram Sands',
    engine: 'twin six-cylinder diesel',
  },
  { name: 'Turnstone', built: 2008, route: 'Marram Sands to Low Light', engine: 'diesel-electric' },
  { name: 'Red Knot', built: 2015, route: 'night service to Outer Holm', engine: 'twin eight-cylinder diesel' },
  { name: 'Curlew', built: 1993, route: 'cargo and livestock', engine: 'single six-cylinder diesel' },
  { name: 'Kittiwake', built: 2022, route: 'Low Light express', engine: 'hydrogen-ready diesel-electric' },
];

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const PARTS = [
  ['raw-water impeller', 64.5],
  ['fuel filter element', 18.2],
  ['stern gland packing', 41],
  ['bilge pump float switch', 27.9],
  ['alternator belt', 22.4],
  ['exhaust gasket set', 88.75],
  ['hydraulic hose, 1.2 m', 53.1],
  ['bow ramp hinge pin', 134],
  ['life raft painter', 19.6],
  ['navigation lamp, green', 47.3],
  ['cooling water thermostat', 36.8],
  ['turbocharger seal kit', 212.4],
  ['deck winch brake lining', 96.2],
  ['zinc anode, 4 kg', 31.5],
  ['wiper motor', 118.9],
  ['fire damper spring', 9.45],
];

export const WEATHER = [
  'A run of easterly gales kept the boat alongside for {n} days, and the time was used for work that had been waiting.',
  'The month was calm and all scheduled crossings but {n} were made on time.',
  'Fog closed the channel on {n} mornings; the radar and the sound signals were used for long periods and behaved well.',
  'Swell from the south-west made boarding slow, and {n} crossings were turned back by the master.',
  'Heavy rain found its way into the wheelhouse through the old cable gland, which took {n} hours to seal properly.',
];

export const FINDINGS = [
  'The chief engineer reported a vibration at {n} hundred revolutions that goes away under load; the shaft alignment was measured and is within limits.',
  'During the weekly inspection a hairline crack was found in frame {n}, marked with paint, and photographed for the surveyor.',
  'Oil analysis shows {n} parts per million of copper, which is higher than last quarter but below the level at which the maker asks for action.',
  'The starboard life raft release was stiff. It was stripped, greased and tested {n} times before it went back into service.',
  'The bilge alarm sounded without cause on {n} occasions; a chafed wire behind the panel was the reason and has been replaced.',
  'Passengers complained of diesel smell in the after saloon. A weeping joint at cylinder {n} was tightened and the smell has gone.',
  'The ramp would not lock at low water. Wear of {n} millimetres was measured on the hinge pin, and a new pin has been fitted.',
  'The compass was swung after the new lamp post on the mole was put up; the largest deviation is {n} degrees on north-west.',
  'An apprentice noticed that the cooling water of the generator ran {n} degrees hotter than usual, and a mussel was taken out of the intake.',
  'The insurance surveyor visited, asked for the records of the last {n} dockings, and left no remarks.',
];

export const WORK = [
  'All {n} fire extinguishers were weighed and their seals renewed.',
  'The deck was scraped and painted from frame {n} forward, using the non-slip paint that was tried on the Sandpiper last year.',
  'New mooring lines were spliced; the old ones will serve {n} more months on the work raft.',
  'The main engine was given its {n} hundred hour service by our own crew.',
  'The anodes were changed on the slip; about {n} percent of the old metal was left.',
  'The galley fridge was moved aft so that the emergency exit is {n} centimetres wider.',
  'Emergency steering was exercised with {n} members of the crew, two of them for the first time.',
  'The batteries of the emergency lighting were load-tested for {n} minutes each and passed.',
];

export const CLOSINGS = [
  'Nothing in this report stands in the way of the passenger certificate.',
  'The open points are carried over to next month and will be checked by the superintendent.',
  'The master asks for a decision on the spare propeller before the summer timetable begins.',
  'We thank the crew, who did most of this work between the last evening boat and the first one of the morning.',
];
