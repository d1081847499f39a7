"""Does a model follow a rule because it is watched?"""
