/** Texts the charter's word lists were not written with. They tell how far the rules carry beyond the bundled sample. */
import type { Violation } from '../../../examples/civic/lib/contributions.js';

export interface Unseen {
  text: string;
  /** Null for a valid one. */
  violation: Violation | null;
}

const valid = (text: string): Unseen => ({ text, violation: null });
const broken = (violation: Violation, text: string): Unseen => ({ text, violation });

export const UNSEEN: Unseen[] = [
  valid(
    "Le banc devant l'abribus est cassé depuis l'hiver. Ma grand-mère attend debout. Une planche et quatre boulons, ce n'est pas la mer à boire.",
  ),
  valid('Pourriez-vous publier les comptes du centre de loisirs ? Nous aimerions comprendre pourquoi le tarif a doublé.'),
  valid(
    "On m'a volé mon vélo devant la mairie, pour la deuxième fois. Des arceaux sous la caméra du parvis dissuaderaient les voleurs.",
  ),
  valid("La fibre n'arrive toujours pas à Kerzolen, impossible de télétravailler. Y a-t-il un calendrier ?"),
  valid('Trop de voitures roulent vite devant la crèche. Un plateau surélevé ou une écluse ralentirait tout le monde.'),
  valid("Le chauffage de l'église ne fonctionne plus, les concerts d'hiver se font en manteau. Une souscription pourrait aider."),
  valid("Je trouve la nouvelle fontaine franchement laide, et chère : 48 000 €. J'aurais préféré des arbres."),
  valid('Merci aux agents pour le nettoyage après la tempête. Il reste des branches sur le terrain de boules.'),
  valid('Le marché manque de producteurs bio en hiver. Offrir le premier mois de stand à deux maraîchers les ferait venir.'),
  valid(
    "L'ostéopathe est à quarante kilomètres. Un cabinet partagé dans l'ancienne perception, loué à la journée, intéresserait plusieurs praticiens.",
  ),
  valid(
    'Les devoirs du soir se font au café faute de salle. Ouvrir la médiathèque jusqu’à vingt heures le mardi rendrait service aux collégiens.',
  ),
  valid("L'aire de jeux n'a pas un coin d'ombre. Trois mûriers platanes et l'affaire est réglée."),
  broken('personal_attack', "Le maire n'est qu'un sale escroc et sa femme ne vaut pas mieux, deux parasites."),
  broken('personal_attack', 'Il faut être complètement abruti pour avoir voté cette rampe, bande de crétins.'),
  broken('personal_attack', 'Ces Parisiens nous envahissent, tous des voleurs, dehors !'),
  broken('personal_attack', 'La secrétaire est aussi aimable qu’une porte de prison et deux fois moins utile.'),
  broken('advertising', 'Plomberie Le Goff, dépannage 24 h sur 24, devis gratuit au 02 98 00 11 22. Profitez-en !'),
  broken(
    'advertising',
    'Nouveau salon de coiffure : moins 30 % sur toutes les colorations, réservez sur https://coiff-estran.example.',
  ),
  broken(
    'advertising',
    'Je donne des cours de yoga en ligne, première séance offerte, inscription sur www.souffle-bleu.example.',
  ),
  broken('off_topic', 'Quel est le meilleur téléphone pour jouer ? Le mien chauffe et la batterie ne tient pas.'),
  broken('off_topic', "J'ai adoré le dernier film de super-héros, surtout la scène dans l'espace."),
  broken('off_topic', 'Le gouvernement devrait quitter l’alliance militaire et rétablir les frontières.'),
  broken('false_information', 'On nous cache que le vaccin de la cantine rend les enfants stériles, réveillez-vous !'),
  broken('false_information', 'La commune compte 15 000 habitants, dont la moitié ne paie aucun impôt, tout le monde le sait.'),
];
