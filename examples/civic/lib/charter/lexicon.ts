/**
 * The words and turns of phrase the charter's rules look for, all folded (lower case, no accents, apostrophes as spaces).
 * A number is how much one find weighs; a rule speaks at a total of 1.
 */
import type { Category } from '../contributions.js';

export interface Mark {
  pattern: RegExp;
  weight: number;
}

const any = (weight: number, ...parts: string[]): Mark[] =>
  parts.map((part) => ({ pattern: new RegExp(`(?<![a-z0-9])(?:${part})(?![a-z0-9])`, 'g'), weight }));

export const ATTACK: Mark[] = [
  ...any(
    1,
    'menteu(?:r|se)s?',
    'escrocs?',
    'cretins?',
    'abruti[es]*',
    'imbeciles?',
    'idiote?s?',
    'debiles?',
    'connards?',
    'connasses?',
    'salauds?',
  ),
  ...any(
    1,
    'ordures? humaines?',
    'racaille',
    'vermine',
    'bonn?e?s? a rien',
    'magouilleurs?',
    'bouffons?',
    'guignols?',
    'fachos?',
    'nazis?',
    'pourritures?',
  ),
  ...any(
    1,
    'dans (?:leur|le) (?:sang|genes?)',
    'renvoye[rz] chez eux',
    'retourne[rz]? (?:chez|dans (?:ton|votre|leur) pays)',
    'ferme ta gueule',
  ),
  ...any(
    0.5,
    'incapables?',
    'voleurs?',
    'voyous?',
    'pourris?',
    'corrompus?',
    'vendus',
    'clowns?',
    'minables?',
    'feignants?',
    'faineants?',
    'parasites?',
  ),
  ...any(
    0.5,
    'degage[rnzt]*',
    'ces gens la',
    'tous des',
    'sa clique',
    'honte a vous',
    'ferai(?:t|ent) mieux de (?:se taire|rester|partir|demissionner)',
  ),
  ...any(0.5, 's engraisse[nt]*', 'ridicules?', 'stupides?', 'betise crasse', 'a moitie fou', 'incompetente?s?', 'lache[s]?'),
];

/** People named by what they are. With a mark of attack in the same text it is discrimination. */
export const GROUPS =
  /\b(gens du voyage|gitans?|roms?|arabes?|noirs|asiatiques?|musulmane?s?|juifs?|juives?|chretiens?|etrangers?|migrants?|refugies?|homosexuels?|handicapes?|femmes|vieux|parisiens?|bretons?)\b/g;

/** Someone in particular: a mark of attack counts half as much again beside one. */
export const PERSONS =
  /\b(le maire|la maire|madame|monsieur|mme|l adjointe?|le conseiller|la conseillere|la directrice|le directeur|mon voisin|ma voisine|docteur|cette femme|cet homme)\b/;

export const ADVERTISING: Mark[] = [
  ...any(
    0.5,
    'promo',
    'promotions?',
    'code promo',
    'offre speciale',
    'offerte?s?',
    'remises?',
    'moins \\d+ (?:%|pour cent)',
    'soldes',
    'bonus',
    'parrain(?:ez|age)',
  ),
  ...any(
    0.5,
    'commandez',
    'cliquez',
    'achetez',
    'abonnez vous',
    'profitez en',
    'n attendez plus',
    'inscrivez vous vite',
    'appelez (?:vite|moi|nous)',
    'contactez (?:moi|nous)',
  ),
  ...any(
    0.5,
    'clients? satisfaits?',
    'satisfait ou rembourse',
    'devis gratuit',
    'honoraires',
    'methode garantie',
    'gagnez [\\d ]+',
    'livraison (?:comprise|offerte|gratuite)',
  ),
  ...any(
    0.3,
    'gratuitement',
    'seulement',
    'garantie?s?',
    'visitez',
    'tarifs imbattables',
    'prix casses',
    'notre (?:agence|boutique|entreprise|gamme|societe|magasin)',
    'mes (?:produits|gelules|services)',
  ),
];

export const RUMOUR: Mark[] = [
  ...any(
    0.7,
    'complots?',
    'on nous (?:cache|ment|empoisonne)',
    'cach(?:e|ent|er) la verite',
    '(?:ont|a) (?:deja )?caches?',
    'avant que (?:ce|le) message',
    'reveillez vous',
  ),
  ...any(
    0.6,
    'tout le monde (?:le )?sait',
    'c est (?:scientifiquement )?prouve',
    'pots de vin',
    'truque[es]*',
    'falsifie[es]*',
    'remede miracle',
    'gueri[tr] (?:le cancer|tout)',
  ),
  ...any(
    0.5,
    'empoisonne[es]*',
    'les medias',
    'ils ne veulent pas que',
    'la verite sur',
    'la preuve que',
    'puces? 5g',
    'chemtrails?',
    'gouvernement mondial',
  ),
  ...any(
    0.3,
    'partagez',
    'sans exception',
    '(?:100|cent) (?:%|pour cent) naturel(?:le)?s?',
    'reconnu par tous',
    'retrouve (?:leurs|ses|mes) vingt ans',
  ),
];

/** Beginnings of words that belong to a town's life, whatever the theme. */
export const TOWN = starts(
  'commun, mairie, municipal, maire, elu, conseil, adjoint, bourg, village, hameau, quartier, rue, place, eglise, port, quai, digue, mole, cale, plage, greve, sentier, ' +
    'chemin, voisin, habitant, lanverec, kerzolen, rouzic, gwenn, traez, kerlaz, kroaz, tugen, dourig, estran, canot, stade, salle, bus, parking, trottoir, carrefour, ' +
    'lampadaire, poste, reunion, bulletin, taxe, impot, budget, subvention, departement, region, intercommunal, travaux, panneau, guichet, agent, services, benevole, riverain',
);

export const THEMES: Record<Category, string[]> = {
  economie: starts(
    'marche, etal, exposant, commerc, artisan, epicerie, boutique, entreprise, emploi, local, quincaillerie, droguerie, cooperat, poste, tourist, pech, bricolage, outillage, loyer',
  ),
  logement: starts(
    'logement, maison, appartement, studio, location, loger, proprietaire, bail, loyer, secondaire, toit, isol, fioul, chauff, longere, combles, renov, lotissement, terrain, permis',
  ),
  culture: starts(
    'culture, livre, mediatheque, bibliotheque, breton, musique, concert, chorale, spectacle, theatre, cinema, pardon, fest, archive, exposition, patrimoine, ancien, raconte, enregistre, histoire',
  ),
  ecologie: starts(
    'ecolog, environnement, sentier, pluie, terre, racine, herbe, arbre, haie, dechet, poubelle, tri, compost, eau, eclair, extinction, lampadaire, energie, oiseau, pollution, plage, digue, vasiere, eros, maree',
  ),
  associations: starts(
    'associ, club, chorale, benevol, subvention, dossier, adherent, repet, comite, aviron, formulaire, salle, federation, licenci',
  ),
  jeunesse: starts(
    'jeune, ado, enfant, skatepark, goeland, animat, apprenti, entrainement, parent, fille, fils, eleve, college, lycee, sejour, copain, gamin, etudiant, creche',
  ),
  'alimentation-bien-etre-soins': starts(
    'cantine, repas, mang, diner, dejeuner, cuisin, assiette, refectoire, sante, medecin, docteur, infirm, ordonnance, soin, soigner, malade, age, appetit, tete, gelule, pharmac',
  ),
};

/** Beginnings of words that lead away from any town. */
export const ELSEWHERE = starts(
  'championnat, arbitrage, finale, cryptomonnaie, bitcoin, casino, horoscope, astrolog, tiramisu, mascarpone, recette, cookie, mixeur, four, serie, netflix, ' +
    'ministre, guerre, planete, fusee, console, canape, star, actrice, rappeur, bourse, loto, smartphone',
);

export const CRITICISM = any(
  1,
  'pas d accord',
  'dommage',
  'impossible',
  'perd(?:ent|re)?',
  'manque',
  'deborde[nt]*',
  'en revanche',
  'restera mal',
  'sans (?:cela|que)',
  'malgre',
  'attente',
  'trop',
  'plus (?:rien|une place)',
  'ferme[es]*',
  'fendue?s?',
  'mal a',
  'passoire',
);
export const PROPOSAL = any(
  1,
  'je (?:propose|demande|suggere)',
  'pourquoi ne pas',
  'pkoi pas',
  'et si',
  'il faudrait',
  'faudrait',
  'on pourrait',
  'pourrait',
  'prevoir',
  'poser',
  'ouvrir',
  'organiser',
  'reserver',
  'grouper',
  'installer',
  'creer',
  'limiter',
  'confier',
  'publier',
  'afficher',
  'regrouper',
  'comparons',
  'invitons',
  'un formulaire',
  'un panneau',
  'des panneaux',
  'mettre',
  'planter',
  'construire',
  'amenager',
);
export const IMPROVEMENT = any(
  1,
  'ameliorer',
  'mieux',
  'plutot qu[e]?',
  'remplacer?',
  'reparer',
  'ajouter',
  'eviter(?:ait)?',
  'au moins',
  'baisser',
  'divise',
  'rafraichirait',
  'rendrait',
  'partage[es]*',
  'retiendraient',
  'simplifier',
  'renforcer',
);
export const EXPERIENCE = any(
  1,
  'j ai (?:vu|compte|emprunte|fait|travaille)',
  'je (?:travaill\\w+|croise|vois|fournis|raconte)',
  'mon metier',
  'mon fils',
  'ma fille',
  'notre (?:chantier|club|chorale|longere)',
  'depuis \\w+(?: \\w+)? ans',
  'mes tournees',
  'ou j enseigne',
  'infirmiere? liberale?',
  'notre \\w+ repete',
  'un copain',
);

function starts(list: string): string[] {
  return list.split(', ');
}
