FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.atom.xml"
FEED_ALL_JSON = "../all.json"
