/** What is imported under another name than it is installed by, pure. Where several bring it, the first is the one to take in the worker image. */
import { normalizedName } from './requirement-names'

const installedAs: Record<string, string[]> = {
  attr: ['attrs'],
  'azure.cosmos': ['azure-cosmos'],
  'azure.identity': ['azure-identity'],
  'azure.keyvault.secrets': ['azure-keyvault-secrets'],
  'azure.storage.blob': ['azure-storage-blob'],
  'azure.storage.filedatalake': ['azure-storage-file-datalake'],
  bs4: ['beautifulsoup4'],
  crypto: ['pycryptodome', 'pycrypto'],
  cryptodome: ['pycryptodomex'],
  // The image has no libGL, which the variant with windows needs.
  cv2: ['opencv-python-headless', 'opencv-python', 'opencv-contrib-python-headless', 'opencv-contrib-python'],
  dateutil: ['python-dateutil'],
  delta: ['delta-spark'],
  docx: ['python-docx'],
  dotenv: ['python-dotenv'],
  faiss: ['faiss-cpu', 'faiss-gpu'],
  fitz: ['pymupdf'],
  git: ['gitpython'],
  github: ['pygithub'],
  'google-cloud': ['google-cloud-storage'],
  'google.auth': ['google-auth'],
  'google.generativeai': ['google-generativeai'],
  'google.oauth2': ['google-auth'],
  'google.protobuf': ['protobuf'],
  googleapiclient: ['google-api-python-client'],
  grpc: ['grpcio'],
  jose: ['python-jose'],
  jwt: ['pyjwt'],
  kafka: ['kafka-python', 'kafka-python-ng'],
  ldap: ['python-ldap'],
  magic: ['python-magic'],
  mpl_toolkits: ['matplotlib'],
  mysqldb: ['mysqlclient'],
  'mysql.connector': ['mysql-connector-python'],
  nacl: ['pynacl'],
  openssl: ['pyopenssl'],
  pil: ['pillow'],
  pkg_resources: ['setuptools'],
  pptx: ['python-pptx'],
  psycopg2: ['psycopg2-binary', 'psycopg2'],
  pylab: ['matplotlib'],
  pythoncom: ['pywin32'],
  'ruamel.yaml': ['ruamel-yaml'],
  serial: ['pyserial'],
  skimage: ['scikit-image'],
  sklearn: ['scikit-learn'],
  slugify: ['python-slugify'],
  'snowflake.connector': ['snowflake-connector-python'],
  'snowflake.snowpark': ['snowflake-snowpark-python'],
  socks: ['pysocks'],
  telegram: ['python-telegram-bot'],
  usb: ['pyusb'],
  win32api: ['pywin32'],
  win32com: ['pywin32'],
  yaml: ['pyyaml'],
  zmq: ['pyzmq'],
}

/** Known names of the module or of one that holds it, the longest first; `sklearn` as well as `sklearn.svm.SVC`. */
export function knownDistributions(module: string): string[] {
  return prefixes(module.toLowerCase()).flatMap((prefix) => (Object.hasOwn(installedAs, prefix) ? (installedAs[prefix] ?? []) : []))
}

/** What is likely to bring the module, best first; never empty. */
export function likelyDistributions(module: string): string[] {
  const [top = module, second = '', third = ''] = module.split('.')
  // These are shared by many distributions, each named after its part.
  const parts = top === 'google' && second === 'cloud' ? [top, second, third] : top === 'azure' ? [top, second] : [top]
  return [...new Set([...knownDistributions(module), normalizedName(parts.filter((part) => part !== '').join('-')), ...prefixes(module).map(normalizedName)])]
}

function prefixes(module: string): string[] {
  const parts = module.split('.')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
}

const oftenUnimported = new Set([
  'adlfs', 'aiosqlite', 'asyncpg', 'cx-oracle', 'duckdb-engine', 'fastparquet', 'gcsfs', 'gunicorn', 'html5lib', 'ipykernel', 'jupyter', 'lxml', 'mysqlclient', 'nbclient', 'nbconvert', 'nbformat', 'odfpy', 'openpyxl',
  'oracledb', 'pip', 'psycopg', 'psycopg-binary', 'psycopg2', 'psycopg2-binary', 'pyarrow', 'pymssql', 'pymysql', 'pyodbc', 'pyxlsb', 'redshift-connector', 's3fs', 'setuptools', 'snowflake-sqlalchemy', 'sqlalchemy-bigquery', 'tables', 'tabulate',
  'tzdata', 'uvicorn', 'wheel', 'xlrd', 'xlsxwriter', 'zstandard',
])

/** Drivers, plugins and programs that others load by name. */
export function isOftenUnimported(distribution: string): boolean {
  return oftenUnimported.has(distribution)
}
