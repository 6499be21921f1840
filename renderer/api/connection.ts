import { create } from 'zustand'

/** Where the line to the workbench stands. Only a browser can lose it; in Electron both ends live and die together. */
export type ConnectionState = 'starting' | 'connected' | 'lost' | 'no-token'

export const useConnection = create<{ readonly state: ConnectionState }>(() => ({ state: 'starting' }))
