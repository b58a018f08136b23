/** Words of a town's life and words that lead away from it, as beginnings of folded words. */
import type { Category } from '../../contributions.js';
import { starts } from '../marks.js';

/** Names of the town, its services, its places: one of them is nearly enough. */
export const TOWN = starts(
  `lanverec, kerzolen, rouzic, gwenn, traez, kerlaz, kroaz, tugen, dourig, estran, coat meur, goeland, pardon, park an dour, korrigan, feunteun, commun, mairie, municip, maire, elu, elue, adjoint,
   conseil, bourg, village, hameau, quartier, rue, place, eglise, chapelle, clocher, cloche, port, quai, digue, mole, cale, plage, greve, sentier, falaise, pointe, ria, vasiere, phare, semaphore, chemin, voisin, habitant, riverain,
   canot, lavoir, stade, salle, navette, arret, parking, stationn, trottoir, carrefour, rond point, lampadaire, eclairage, poste, reunion, bulletin, taxe, impot, budget, subvention, canton, departement, region,
   intercommunal, travaux, panneau, guichet, accueil, agent, service, benevol, passage, pieton, banc, belvedere, bruit, voirie, nid de poule, cimetiere, caserne, pompier, gendarm, police, preau, presbytere, perception,
   horaire, signal, prefet, prefecture, sous prefecture, plan local, urbanisme, decharge, poubelle, station, epuration, robinet, fibre, car, cars, scolaire, creche, ecole, college, cantine, halle, marche, etal, camping, mouillage, ponton, capitainerie, batardeau, inondation, tempete, coup de mer,
   comptes, tarif, centre de loisirs, loisirs, fontaine, square, jardin, parc, aire, jeux, garderie, piste, cyclable, velo, route, vitesse, circulation, ralentisseur, dos d ane, arceau, camera, videoprotection, gymnase, vestiaire, sanitaire, toilettes,
   parvis, fleuri, proprete, crotte, sans laisse, dechetterie, recyclerie, eolienne, antenne, vide grenier, fete, feu d artifice, marin, bateau, plaisanc, mouette, cliente, docteur, medecin, infirm, pharmac, logement, chorale, club, associ, kine,
   harbour, church, village, town, council, beach, school, library, market, visitor, tourist, neighbour, street, ferry, board, chapel, craft, opening, parish, twinning,
   ker, porzh, skol, levrio, bugale, chapel, iliz, brezhoneg, bro, tier`,
);

export const THEMES: Record<Category, string[]> = {
  economie: starts(
    'marche, etal, stand, exposant, commerc, artisan, epicerie, boutique, entreprise, emploi, emploie, atelier, local, quincaillerie, droguerie, cooperat, poste, tourist, touris, pech, ligneur, ostrei, restaurant, creper, hotel, saisonnier, bricolage, outillage, ferme, fromage, producteur, zone, garage, port, taxe, budget, fibre, client, boulang, four, visitor, workshop, ferry, vignette',
  ),
  logement: starts(
    'logement, maison, appartement, studio, chambre, location, locataire, loger, proprietaire, bail, loyer, louer, secondaire, toit, isol, fioul, chauff, longere, combles, renov, lotissement, terrain, permis, hlm, immeuble, volet, veranda, preemption, construct, constructible, cage, etage, parcelle',
  ),
  culture: starts(
    'culture, livre, levrio, mediatheque, bibliotheque, breton, brezhoneg, musique, musicien, harpe, concert, chorale, choir, spectacle, theatre, cinema, film, pardon, fest, archive, exposition, patrimoine, ancien, raconte, enregistre, histoire, chapelle, chapel, langue, bilingue, sonneur, piano, violon, photo, plaque, memoire, noms de lieux, documentaire',
  ),
  ecologie: starts(
    'ecolog, environnement, sentier, pluie, terre, racine, herbe, arbre, tilleul, haie, talus, dechet, poubelle, tri, compost, eau, eclair, extinction, lampadaire, ampoule, energie, oiseau, gravelot, merle, chauve, nid, pollution, plastique, gobelet, plage, digue, vasiere, eros, maree, mer, tempete, falaise, algue, prairie, chaudiere, pesticide, epuration, megot, decharge, goeland, dune',
  ),
  associations: starts(
    'associ, club, chorale, benevol, subvention, subside, dossier, adherent, repet, comite, aviron, yole, palet, formulaire, salle, federation, licenci, forum, tresor, president, drapeau, jumelage, statuts, vide grenier, stand',
  ),
  jeunesse: starts(
    'jeune, ado, enfant, skatepark, skate, goeland, animat, apprenti, entrainement, parent, fille, fils, eleve, college, lycee, sejour, copain, gamin, etudiant, creche, ecole, stage, stade, filet, basket, jeux, cadet, match, brevet, piscine, scoot, quotient, jumeaux',
  ),
  'alimentation-bien-etre-soins': starts(
    'cantine, repas, mang, diner, dine, dejeuner, cuisin, assiette, refectoire, legume, fraise, oeuf, sante, medecin, medical, docteur, dentiste, kine, dermato, cardio, infirm, ordonnance, soin, soigner, malade, malaise, hopital, mutuelle, age, appetit, tete, gelule, pharmac, sage femme, defibrillateur, memoire, mari, sandwich, menu',
  ),
};

/** Words that lead away from any town: far powers, spectacles, screens, pots, engines, animals of the house. */
export const ELSEWHERE = starts(
  `championnat, arbitrage, finale, ligue, hors jeu, attaquant, ballon, buteur, mondial, champions, olympique, tennisman, equipe, formule 1, parie, pari,
   cryptomonnaie, bitcoin, casino, horoscope, astrolog, loto, bourse, taux, inflation, droits de douane, etats unis, americain, chine, russe, ukrain, europe, union europeenne, senat, ministre, gouvernement, assemblee nationale, elysee, reforme, guerre, armee, nucleaire, president des, frontiere, otan,
   tiramisu, mascarpone, recette, cookie, mixeur, cuillere, levure, tache, chemisier, lessive,
   serie, episode, saison, netflix, film, acteur, actrice, rappeur, chanteuse, star, festival, jury, cannes, hollywood, oscar, album, jeu video, video, game, console, manga,
   ordinateur, telephone, smartphone, batterie, mise a jour, systeme, logiciel, windows, carte mere, processeur, wifi, mot de passe,
   voiture, moteur, garagiste, injection, diesel, kilometrage, pneu, boite de vitesses,
   chat, chats, labrador, chiot, hamster, veterinaire,
   fusee, planete, univers, galaxie, extraterrestre, japon, voyage, avion, croisiere,
   genealog, arriere grand, verdun, belle mere, amour, anniversaire, blague, lol, mdr, poisson d avril, baccalaureat, philosophie, canape`,
);
