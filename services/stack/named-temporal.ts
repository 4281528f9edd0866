import type { Connection } from '@temporalio/client';
import { TemperError } from '../../core/errors/temper-error.ts';
import { connect, type NamedTemporal } from '../temporal/connect.ts';
import type { StackState, TemporalState } from './state.ts';

/** What the state of a stack says of it. */
export function stateOfNamed({ namespace, ui, profile, configFile, connectionOptions }: NamedTemporal): {
  temporal: TemporalState;
  addresses: Pick<StackState['addresses'], 'temporal' | 'temporalUi'>;
} {
  return {
    temporal: { own: false, namespace, ...(profile ? { profile } : {}), ...(configFile ? { configFile } : {}) },
    addresses: { temporal: connectionOptions.address, ...(ui ? { temporalUi: ui } : {}) },
  };
}

/** Throws SERVICE_FAILED, with what to correct, where it does not answer within 10 s. */
export async function connectToNamed({ connectionOptions }: NamedTemporal): Promise<Connection> {
  return await connect(connectionOptions, '10s').catch((error: Error) => {
    throw new TemperError(
      'SERVICE_FAILED',
      `the Temporal server that the environment names, ${connectionOptions.address}, does not answer: ${error.message}`,
      {
        remedy:
          'Start it or correct TEMPORAL_ADDRESS; with TEMPORAL_ADDRESS, TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE unset, temper starts its own.',
      },
    );
  });
}
