import { create } from 'zustand'
import type { ConnectionState } from '../../preload/contract/browser-client.ts'

/** Where the line to the workbench stands. Only a browser can lose it; in Electron both ends live and die together. */
export const useConnection = create<{ readonly state: ConnectionState }>(() => ({ state: 'starting' }))
