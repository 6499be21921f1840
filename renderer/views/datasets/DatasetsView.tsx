export default function DatasetsView() { return null }
