/** The sandboxed preload script: gives the window `window.saccade`, and nothing else of Electron. */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import { channels, type Answer } from './contract/channels.ts'
import type { CallInput, CallName, CallOutput, EventName, EventPayload, WorkbenchApi } from './contract/index.ts'

const api: WorkbenchApi = {
  async call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    const answer = (await ipcRenderer.invoke(channels.call, name, input)) as Answer
    if (!answer.ok) throw new Error(answer.error)
    return answer.value as CallOutput<K>
  },
  on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void): () => void {
    const hear = (_: IpcRendererEvent, event: EventName, payload: EventPayload<K>): void => {
      if (event === name) listener(payload)
    }
    ipcRenderer.on(channels.event, hear)
    return () => void ipcRenderer.off(channels.event, hear)
  },
  // Only the preload script may ask where a dropped or chosen file lies, and only what it tells is ever sent to another machine.
  pathOf(file: File): string {
    const path = webUtils.getPathForFile(file)
    if (path !== '') void ipcRenderer.invoke(channels.given, path)
    return path
  },
}

contextBridge.exposeInMainWorld('saccade', api)
