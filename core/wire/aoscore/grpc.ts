export {
  type SchedulerNotifications,
  type UpdateFOTAStatus,
  UpdateSchedulerServiceClient,
  type UpdateSchedulerServiceServer,
  UpdateSchedulerServiceService,
  type UpdateSOTAStatus,
} from './generated/communicationmanager/v3/updatescheduler.ts'
export {
  NetworkServiceClient,
  type NetworkServiceServer,
  NetworkServiceService,
} from './generated/servicemanager/v5/network.ts'
export {
  SMServiceClient,
  type SMServiceServer,
  SMServiceService,
} from './generated/servicemanager/v5/servicemanager.ts'
export {
  UMServiceClient,
  type UMServiceServer,
  UMServiceService,
} from './generated/updatemanager/v2/updatemanager.ts'
