/** What belittles, threatens or excludes people, in folded words. */
import { marks } from '../marks.js';

/** Insults that are said of people only. They need no target beside them. */
export const INSULTS = [
  // Of the mind.
  ...marks(
    1,
    `cretin, abruti, imbecile, idiot, debile, demeure, tare, attarde, arriere mental, mongolien, degenere, cinglee?, timbree?, malades? mentaux?, malade mental,
     gogol, neuneu, gourde, cruche, becasse, ahuri, ignare, detraque, simplet, decerebre, folle du village, fou du village, a moitie fo[ul]+e?, fou a lier, folle a lier`,
  ),
  // Coarse.
  ...marks(
    1,
    `connard, connasse, conne, gros con, sale con, petit con, vieux con, pauvre con, bande de cons?, tas de cons?, salaud, salopard, salope, ordure humaine, pourriture, enfoire,
     batard, encule, pute, putain de maire, garce, trainee, mal baisee, ducon, trou du cul, trouduc, fumier, raclure, dechet humain, chienne, cassos, sous hommes?, sous merde`,
  ),
  // Of animals, of dirt, of age.
  ...marks(
    1,
    `vermine, cloporte, cafard, vipere, harpie, megere, sorciere, pimbeche, mijauree, (?:gros|grosse|sale|vieux|vieille) (?:truie|porc|vache|cochon|rat|bique|chouette|peau),
     souillon, crasseux, crasseuse, vieux schnock, schnock, vieux debris, vieille bique, gateux, senile, hysterique`,
  ),
  // Of worth.
  ...marks(
    1,
    `bonn?e?s? a rien, moins que rien, minable, pauvre type, pauvre fille, petit chef, bouffon, guignol, charlot, clown, pantin, tocard, branquignol, feignasse, faineant, feignant,
     lavette, lache et, larbin, leche bottes?, leche cul, crevard, tas de nuls, bande de nuls, incapable doublee?, nullard, mediocre personnage`,
  ),
  // Of crime and politics.
  ...marks(
    1,
    `escroc, crapule, canaille, magouilleur, ripou, truand, mafieux, fripouille, gredin, menteu(?:r|se)s?, mythomane, facho, nazi, collabo, dictateur en herbe, tyran local,
     racaille, vauriens?, ivrogne, poivrot, charlatan, assassin, bourreau`,
  ),
];

/** Hard words that are an attack when they are said of someone: "Ces voleurs", "est un incapable", but not "des voleurs ont pris le banc". */
export const HARD_WORDS = marks(
  1,
  `voleur, voyou, bandit, pourri, corrompu, vendu, parasite, incapable, nul, rate, lache, traitre, hypocrite, boulet, sauvage, profiteur, ordure, debris, drogue, fou, folle,
   ridicule, stupide, incompetent, malhonnete, con, ane, porc, truie, rat, chien, extremiste, terroriste, bouseux, plouc, bourge, sangsue, requin, vautour,
   pretentieux, manipulateur, arriviste, lecheur, faux jeton, bete, sale, aigri, jaloux, inutile, gros lard, hyene, serpent`,
);

/** What puts a hard word onto someone: followed by it, with up to two words between. */
export const AIMED =
  '(?:especes? d(?:e)? |bande d(?:e)? |tas d(?:e)? |quel(?:le)? |tous? (?:des|les) |toutes? (?:des|les) |(?:est|es|etes|sont|reste|restera) (?:[a-z]+ ){0,2}?(?:une?|des|le plus|la plus|les plus|si|aussi|complet[a-z]+|vraiment|tellement) |n est qu une? |ne sont que des |ce |cet |cette |ces |sale |pauvre |petite? |vieux |vieille |grosse? |sacre )';

/** Violence said or wished. */
export const THREATS = marks(
  1,
  `cass(?:er|e|erai|ez) la (?:gueule|figure|tete), (?:mon|notre|un) poing dans, tu (?:le )?(?:paieras|payeras|regretteras|vas (?:le )?(?:payer|regretter|voir)), vous (?:le )?(?:paierez|regretterez),
   il (?:le )?(?:paiera|regrettera), je sais ou (?:il|elle|tu|vous) (?:habitez?|dorm\\w+|gare\\w*), qu (?:il|elle|ils|elles) (?:creve\\w*|se mefie\\w*), creve\\w* (?:donc|tous|charogne), va crever,
   a coups de (?:pied|pieds|fusil|batte|fourche|poing|barre), merit\\w+ (?:une balle|la corde|des claques|une raclee|d etre pendu\\w*), je vais (?:le|la|les|te|vous) (?:tuer|frapper|crever|massacrer|buter),
   on va (?:le|la|les|te|vous) (?:tuer|frapper|pendre|cramer|bruler), au poteau, il faut les pendre, gare a (?:lui|elle|toi|vous)`,
);

/** Contempt without an insult. */
export const CONTEMPT = [
  ...marks(
    1,
    `ferme ta gueule, ferme la une, fermez la, ta gueule, vos gueules, ferm\\w+ (?:sa|leur) gueule, casse toi, va te faire, allez vous faire,
     (?:devrait|ferait bien de|devraient) (?:aller )?se faire soigner, bon pour l asile, doublee? d une? (?:menteu(?:r|se)|incapable|voleu(?:r|se)),
     aussi sale que, deux fois moins utile, s engraisse\\w*, sa clique, honte du metier, honte de la commune, retourn\\w+ (?:a l ecole|garder les vaches|garder ses), pue (?:la|le|l)`,
  ),
  ...marks(
    0.6,
    `degage\\w*, qu on (?:le|la|les) (?:vire|jette|chasse|foute?\\w*), ferait mieux de (?:se taire|rester|partir|demissionner|retourner), feraient mieux de (?:se taire|rester|partir),
     airs de (?:duchesse|princesse|grand seigneur|sainte), betise crasse, honte a (?:vous|lui|elle), ces gens la, ces gens, personne ne t ecoute, ces individus`,
  ),
];

/** People named by what they are. */
export const GROUPS =
  / (?:gens du voyage|gitans?|roms?|manouches?|arabes?|maghrebins?|africains?|noirs|blacks?|asiatiques?|chinois|musulmane?s?|islam|juifs?|juives?|chretiens?|cathos?|etrangers?|etrangeres?|migrants?|immigres?|refugies?|clandestins?|homosexuel\w*|homos?|gays?|lesbiennes?|trans|handicapes?|trisomiques?|autistes?|femmes?|filles|vieux|vieilles|retraites|jeunes|parisiens?|parisiennes?|anglais|allemands?|bretons?|touristes|chomeurs|sdf|pauvres|bourgeois|hlm)(?= )/g;

/** What shuts a group out or says that it is worth less. One of them beside a group is discrimination. */
export const EXCLUSION = marks(
  1,
  `dans (?:leur|le) (?:sang|genes?), (?:renvo\\w+|rentr\\w+|retourn\\w+|rest\\w+) (?:tous )?(?:chez (?:eux|elles|lui|toi|vous)|(?:en|au|dans|sur|a) (?:leur|ton|votre|son|afrique|pays|paris)\\w*(?: pays| ile)?),
   dehors, n ont rien a (?:faire|foutre) (?:ici|chez|sur|dans|a), on est chez nous, chez nous ici, de souche, nous envahi\\w+, salissent, puent, tous des, toutes des, sont tous, sont toutes,
   on ne veut pas (?:de (?:ces|ca|gens)|d eux), image degoutante, degout\\w+, contre nature, evidemment l argent, l argent ils connaissent,
   (?:sa|leur) place est (?:a|dans|devant), pas faites? pour, ferai\\w+ mieux de rester (?:a la maison|devant),
   race inferieure, sous (?:race|culture), ces sauvages, des sauvages, nous meprisent`,
);

/** The author tells of an insult in order to condemn it. */
export const REPORTED =
  / (?:s est fait (?:traiter|insulter)|se font (?:traiter|insulter)|m a traitee?|nous a traites|ont ete traites|insultes? racistes?|propos racistes?|racisme|victimes? d|harcel\w+|moqueries|discrimination|sexisme|homophob\w+)(?= )/;
