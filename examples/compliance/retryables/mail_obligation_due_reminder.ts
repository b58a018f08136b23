import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_obligation_due_reminder', 'Remind an operator of what is due', (s) => ({
  subject: `Reminder: ${money(s.fee - s.paid)} due on ${day(s.due_on)}`,
  text: `Of what you owe for ${s.year}, ${money(s.fee - s.paid)} is still open. It is due on ${day(s.due_on)}.`,
}));
