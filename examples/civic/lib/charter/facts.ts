/** What is publicly known about the town: a contribution that states another figure for it is contradicted. */
import { figuresIn } from './figures.js';

interface Fact {
  /** What the sentence speaks of. */
  subject: RegExp;
  /** What stands after the figure, with up to two words between. */
  unit: string;
  figure: number;
  /** How far off a claim may be, as a share of the figure. People round. */
  tolerance: number;
  /** As a French sentence. */
  truth: string;
}

const TOWN = /\b(?:commune|lanverec|mairie|municip\w+|bourg|ville|nous (?:ne )?sommes)\b/;

/** The figures on the town's own pages. */
export const FACTS: Fact[] = [
  { subject: TOWN, unit: 'habitants|ames', figure: 3_412, tolerance: 0.15, truth: 'la commune compte 3 412 habitants' },
  {
    subject: /\bhabitants\b.*\bnous (?:ne )?sommes\b/,
    unit: '(?:la|le|les|mairie|maintenant|aujourd|desormais|ici)|$',
    figure: 3_412,
    tolerance: 0.15,
    truth: 'la commune compte 3 412 habitants',
  },
  { subject: TOWN, unit: 'agents|employes|fonctionnaires', figure: 42, tolerance: 0.2, truth: 'la commune emploie 42 agents' },
  {
    subject: /\bnitrates?\b/,
    unit: 'milligrammes?|mg',
    figure: 21,
    tolerance: 0.3,
    truth: 'les derniers prélèvements affichent 21 milligrammes de nitrates par litre',
  },
  { subject: TOWN, unit: 'associations', figure: 61, tolerance: 0.2, truth: 'la commune compte 61 associations' },
  {
    subject: /\b(?:conseil|commune|lanverec|mairie)\b/,
    unit: 'elus|conseillers',
    figure: 23,
    tolerance: 0.1,
    truth: 'vingt-trois élus siègent au conseil',
  },
  {
    subject: /\bbudget (?:de fonctionnement|de la (?:commune|mairie|ville)|communal|municipal)\b|\bcommune (?:depense|coute)\b/,
    unit: 'euros|d euros',
    figure: 4_100_000,
    tolerance: 0.45,
    truth: 'fonctionner coûte 4,1 millions d’euros par an à la commune',
  },
  {
    subject: /\bmediatheque\b/,
    unit: 'documents|livres|ouvrages',
    figure: 17_000,
    tolerance: 0.3,
    truth: 'la médiathèque possède dix-sept mille documents',
  },
  { subject: /\bport\b/, unit: 'anneaux', figure: 210, tolerance: 0.15, truth: 'le port compte 210 anneaux' },
  {
    subject: TOWN,
    unit: '(?:logements?|appartements?) sociaux|hlm',
    figure: 46,
    tolerance: 0.2,
    truth: 'la commune compte 46 appartements sociaux',
  },
  { subject: /\bsurtaxe\b/, unit: 'pour cent', figure: 60, tolerance: 0.05, truth: 'la surtaxe a été portée à 60 %' },
  {
    subject: /\bfalaise\b/,
    unit: 'centimetres|cm',
    figure: 22,
    tolerance: 0.3,
    truth: 'la falaise recule de vingt-deux centimètres par an',
  },
  {
    subject: /\b(?:toiture|toit)\b.*\bchapelle\b|\bchapelle\b.*\b(?:toiture|toit)\b/,
    unit: 'euros|d euros',
    figure: 212_000,
    tolerance: 0.15,
    truth: 'la toiture de la chapelle coûte 212 000 euros',
  },
];

/** The facts that a folded text contradicts, as French sentences. */
export function contradictions(folded: string): string[] {
  const figures = figuresIn(folded);
  const wrong = FACTS.filter(
    ({ subject, unit, figure, tolerance }) =>
      subject.test(folded) &&
      figures.some(
        ({ value, after }) =>
          new RegExp(`^ ?(?:[a-z]+ ){0,1}?(?:${unit})(?![a-z])`).test(after) && Math.abs(value - figure) > figure * tolerance,
      ),
  );
  return [...new Set(wrong.map(({ truth }) => truth))];
}
