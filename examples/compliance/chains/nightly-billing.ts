import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Interest rates, then payments, then invoices',
  schedule: { daily: '01:00' },
  tasks: {
    take_in_reports: [],
    refresh_interest_rates: [],
    run_scheduled_compliance_sync: ['refresh_interest_rates', 'take_in_reports'],
    generate_invoices_for_current_period: ['run_scheduled_compliance_sync'],
  },
});
