import { defineChain } from 'daychain';

// Every two hours of every working day (O-97): the original stopped for good after its first.
export default defineChain({
  schedule: { businessHours: { days: 'weekdays', from: '09:00', to: '17:00', every: '2 hours' } },
  tasks: { task_business_sync: [] },
});
