"""The environment `attach`: a platform that runs already, reached by a file of endpoints or in a cluster."""
