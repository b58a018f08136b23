/** Rumour, hidden plots, remedies and claims that settled science refutes, in folded words. */
import { marks } from '../marks.js';

/** How people speak who pass on what they cannot know. */
export const PLOT = [
  ...marks(
    0.7,
    `on nous (?:cache|ment|empoisonne|drogue|manipule)\\w*, ils nous (?:cachent|mentent|empoisonnent|droguent|manipulent), nous empoisonnent, (?:nous|vous) (?:le|la) cache\\w*, complot, cach\\w+ la verite, etouff\\w+ la verite, la verite (?:sur|eclatera),
     (?:la|les|l|etudes?|affaires?|tout) (?:\\w+ )?(?:a ete |ont ete |est |sont )?(?:etouffee?s?|enterree?s?), avant que (?:ce|le) message, reveillez vous, ouvrez les yeux, (?:les )?(?:medias|journaux|journalistes) (?:refusent|cachent|se taisent|mentent),
     (?:payee?s?|pour) se taire, pour (?:calmer|soumettre|endormir|controler|diviser|reduire) la population, gouvernement mondial, ils falsifient, falsifie\\w*, truquee?s?, gonfle les chiffres, cache tout, ils ont (?:deja )?cache, ment aux enfants, qu on nous cache,
     dans le plus grand secret, en secret, decret secret, plan secret`,
  ),
  ...marks(
    0.5,
    `tout le monde (?:le )?sait, tout le bourg (?:le )?sait, chacun sait, c est (?:scientifiquement )?(?:prouve|demontre|officiel|certain|sur et certain), on l a prouve, (?:l |le |les )?(?:\\w+ )?prouvent?, la preuve que, c est la preuve,
     les medias, ils ne veulent pas que, ne veulent pas (?:qu on|que l on) sache, partagez, faites (?:tourner|passer|circuler), diffusez, sans exception, reconnu par tous, de source sure, je le tiens de,
     a deja signe, tout est deja decide, la moitie des (?:bulletins|habitants|elus), volontairement, le pouvoir, l elite, les puissants`,
  ),
];

/** Grave charges, without a source. */
export const CHARGES = marks(
  0.8,
  `pots? de vin, dessous de table, detourn\\w+ (?:de |des |l )?(?:fonds|argent|subventions?), (?:s est|se sont) (?:vers\\w+|mis dans|servi\\w*|attribu\\w+|octroy\\w+), dans (?:la|sa|leurs?) poches?,
   (?:a|ont) touche (?:un|une|des|deux|trois|\\d+), touchee?s? \\d+, touche \\d[\\d ]* euros, vendue? a une secte, bulletins (?:sont )?(?:jetes|brules), elections (?:sont )?truquees, (?:\\w+ )?(?:enfants?|personnes?|morts?|habitants) (?:sont |ont ete )?(?:morts?|caches|empoisonnes),
   vont etre (?:requisition\\w+|expropri\\w+), secte, franc macon\\w*, illumin\\w+`,
);

/** What is settled: that a text says otherwise is enough. */
export const SCIENCE = [
  ...marks(
    1,
    `(?:vaccin|vaccins|vaccination|piqure)(?: \\w+){0,8} (?:autis\\w+|mercure|puces?|sterile\\w*|empoisonn\\w+|poison|adn|detrui\\w+|tuent?|modifi\\w+|aimant\\w*|graphene),
     (?:5g|antennes?|ondes)(?: \\w+){0,8} (?:puces?|vaccin\\w*|controle\\w*|virus|active\\w*|cerveaux?|covid), puces? (?:5g|electroniques?|sous cutanees?) (?:dans|que|du), chemtrails?,
     (?:trainees?|avions?)(?: \\w+){0,8} (?:epand\\w*|produits? chimiques?|repandus?|repand\\w*|poison\\w*|pulveris\\w+|largu\\w+),
     (?:rechauffement|changement climatique|dereglement)(?: \\w+){0,4} (?:invention|mensonge|canular|arnaque|n existe pas|foutaise|mythe|blague|pretexte),
     (?:mer|ocean) n a (?:pas|jamais) monte, la terre est plate, (?:homme|on) n a jamais marche sur la lune, eoliennes?(?: \\w+){0,6} (?:cancers?|malades?|sterile\\w*|tuent les vaches), fluor(?: \\w+){0,6} (?:calm\\w+|soum\\w+|population|cerveau|qi),
     la nasa, (?:inutile|arreter|plus besoin) de prendre (?:de l |son |le |les |leurs? )?(?:insuline|medicaments?|traitement|chimio\\w*), eau (?:volontairement )?drogu\\w+`,
  ),
  ...marks(
    1,
    `(?:gueri\\w+|soign\\w+|elimin\\w+|dissou\\w+|vainc\\w*|fait disparaitre|regener\\w+)(?: \\w+){0,4} (?:cancers?|tumeurs?|diabete|sida|arthrose|alzheimer|autisme|sclerose|toxines|covid|tout|maladies graves),
     remede miracle, retrouve (?:leurs|ses|mes) (?:vingt|20) ans, purifie (?:l eau|le sang|l organisme), detoxifi\\w+, memoire de l eau, eau (?:diamant|dynamisee|informee), (?:100|cent)(?: pour cent)? (?:de |des )?toxines`,
  ),
  ...marks(
    0.7,
    `(?:laboratoires?|medecins?|docteurs?|infirmieres?|big pharma)(?: \\w+){0,3} (?:taisent|cachent|etouffent|payee?s?|mentent|gardent le silence)`,
  ),
];
