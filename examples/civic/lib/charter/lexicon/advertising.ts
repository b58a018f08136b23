/** What sells, promotes or recruits, in folded words. */
import { marks } from '../marks.js';

export const ADVERTISING = [
  // What only a seller says.
  ...marks(
    0.8,
    `devis (?:gratuits?|offerts?|sous \\w+), sans engagement, satisfait ou rembourse, (?:resultats?|succes) garantie?s?(?: ou rembourse)?, garantie decennale, (?:prix|tarifs) (?:imbattables?|casses|defiant toute concurrence|attractifs),
     defiant toute concurrence, stocks? limites?, places limitees, offres? (?:valables?|speciales?|exceptionnelles?|de lancement), code promo, codes? [a-z]+\\d+, lien de parrainage, parrainez, methode garantie,
     livraison (?:gratuite|offerte|comprise|sous \\w+), paiement (?:immediat|securise), frais d agence, premiere? (?:seance|cours|mois|visite|consultation) (?:offerte?|gratuite?|a un euro|a 1 euro),
     argent facile, super soldes, ventes? (?:flash|privees?)`,
  ),
  // Asking to buy, to call, to join.
  ...marks(
    0.5,
    `commandez, cliquez, achetez, abonnez vous, profitez(?: en)?, n attendez plus, inscrivez(?: vous| vos)?, reservez, telephonez(?: moi| au)?, appelez(?: vite| moi| nous| le| au)?, contactez(?: moi| nous| votre| le)?,
     venez (?:decouvrir|nombreux|essayer|profiter|visiter), decouvrez, essayez, rejoignez (?:mon|notre|nos|nous), telecharge[rz]?, likez, partagez et, investissez, visitez (?:notre|mon|www), laissez vous (?:tenter|seduire),
     demandez (?:votre|un) devis, sur simple (?:appel|demande), un simple appel, prenez rendez vous, prise de rendez vous, on vous attend, reservations? par, inscriptions? (?:sur|en ligne|par),
     un (?:conseiller|technicien) (?:vous|passe), vous rappelle, demandez conseil, faites vous plaisir, gagnez`,
  ),
  // Who sells, and what.
  ...marks(
    0.5,
    `(?:notre|nos) (?:agence|boutique|entreprise|gamme|gammes|societe|magasin|produits?|residences?|equipe de vente|conseillers?|experts?|services?|technicien|salon|formules?|catalogue),
     (?:mes|ma|mon) (?:produits?|gelules|services|boutique|salon|chaine|creations|huiles|lien|equipe de vente|site web), artisan agree, a domicile, ans d experience,
     nombreuses references, cles en main, tarifs? sur demande, catalogue complet, en vente, en ligne (?:et|sur), boutique en ligne, vient d ouvrir, ouverture (?:de votre|vendredi|samedi|prochaine de),
     rendement, credit (?:rapide|d impot|immediat), sans diplome, aucun diplome, depuis (?:votre|son) canape, travaillez chez vous, par mois (?:depuis|sans|grace), clients? satisfaits?,
     voyance, medium, desenvoutement, retour (?:de l )?(?:etre )?aime, cryptomonnaies?, honoraires, estime votre, estimation (?:gratuite|offerte), forfait, demonstration(?: gratuite)?, divise votre facture, perdez \\w+ kilos`,
  ),
  // Someone's own thing to sell or let.
  ...marks(
    0.7,
    `(?:je )?vends, a vendre, particulier vend, a louer, je loue, loue, nous rachetons, rachete\\w*, a debattre, visites? (?:le|sur), la semaine, frais inclus`,
  ),
  // Lowered and given.
  ...marks(
    0.5,
    `promo, promotion, remise, reduction, soldes?, bonus, rabais, offerte?s?, (?<!appel d |l )offres?, gratuitement, cadeau, cadeaux, a gagner, moins \\d+ (?:%|pour cent)?, tout a moins, au lieu de \\d+, garanti, prix d ami, meilleur prix, tarif preferentiel`,
  ),
  ...marks(
    0.3,
    'seulement, instagram, facebook, whatsapp, fatiguee? d(?:e)?, besoin d(?:e)?, marre de payer, vous cherchez, votre toiture, vos factures, vos fetes, 24 h sur 24, bien etre garanti, 100 naturel\\w*, cent pour cent naturel\\w*',
  ),
];

/** The author speaks of what the town should do, or of their own life: none of the words above sells by itself then. */
export const CIVIC =
  / (?:la commune|la mairie|la municipalite|le conseil|conseil municipal|que la commune|le bulletin|les habitants|nous preter|notre quartier|le bourg|l office|le departement|la region|demander a|prevoir|publier|le site de la commune)(?= )/g;
