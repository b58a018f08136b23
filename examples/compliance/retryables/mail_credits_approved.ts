import { notice } from '../lib/notice.js';

export default notice('mail_credits_approved', 'Tell an operator that its credits are granted', (s) => ({
  subject: `Your credits for ${s.year} are granted`,
  text: `${(s.allowance - s.emissions).toLocaleString('en-CA')} credits for ${s.year} now stand in your account.`,
}));
