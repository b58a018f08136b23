import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Remind operators, of what the night’s payments have left open',
  schedule: { yearly: { month: 11, day: 15, at: '04:00' } },
  tasks: {
    // Done by nightly-billing already: then they are met, not repeated. Where they failed, they are tried here first.
    take_in_reports: [],
    refresh_interest_rates: [],
    run_scheduled_compliance_sync: ['refresh_interest_rates', 'take_in_reports'],
    send_reminders_for_current_period: ['run_scheduled_compliance_sync'],
  },
});
